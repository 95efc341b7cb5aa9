import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('waiting for a receiver does not keep a script alive, but the end of its run does', async () => {
  const script = fileURLToPath(new URL('testing/end-of-script.ts', import.meta.url))
  const args = ['--conditions=source', '--import', 'tsx', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 45_000 })
  expect(stdout.split('\n')).toEqual([
    'end of script',
    expect.stringMatching(/^Unlucky: alert 1 was not delivered: later \(the time for delivery is over\)/),
    expect.stringMatching(/^Unlucky: the message about the end was not delivered: no answer within 0\.\d+ s/),
    '',
  ])
})
