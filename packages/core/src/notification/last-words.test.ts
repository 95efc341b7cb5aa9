import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('waiting for a receiver does not keep a script alive, but the end of its run does', async () => {
  const script = fileURLToPath(new URL('testing/last-words.ts', import.meta.url))
  const args = ['--conditions=source', '--import', 'tsx', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 })
  expect(stdout).toMatch(/^end of script\nNo answer within 0\.\d+ s\.\n$/)
})
