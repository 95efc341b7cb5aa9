import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SPAWN = new URL('spawn.ts', import.meta.url)
const PROGRAM = `
  import { openSync } from 'node:fs'
  import { spawnBackground } from '${SPAWN.href}'
  try {
    for (;;) openSync('/dev/null')
  } catch (error) {
    console.log(error.code)
  }
  try {
    spawnBackground('/', '/')
  } catch (error) {
    console.log(error.message)
  }
  setTimeout(() => console.log('alive'), 50)
`

it.skipIf(process.platform === 'win32')('a training out of descriptors goes on', async () => {
  const node = [process.execPath, '--conditions=source', '--import=tsx', '--input-type=module', '--eval', PROGRAM]
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'ulimit -n 128; exec "$@"', 'sh', ...node], {
    cwd: fileURLToPath(new URL('.', SPAWN)),
  })
  expect(stdout.trim().split('\n')).toEqual(['EMFILE', 'too many open files', 'alive'])
})
