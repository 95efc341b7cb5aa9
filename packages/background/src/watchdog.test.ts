import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

const WATCHDOG = new URL('watchdog.ts', import.meta.url).href
const NODE = ['--import=tsx', '--input-type=module', '--eval']

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'watchdog-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** @returns exit code or signal, and standard output. */
async function runs(then: string): Promise<[number | string, string]> {
  const options = JSON.stringify({ limit: 400, log: join(folder, 'log'), message: 'it is busy' })
  const source = `import { startWatchdog } from '${WATCHDOG}'\nstartWatchdog(${options})\n${then}`
  const child = spawn(process.execPath, [...NODE, source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [out, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return [(signal ?? code) as number | string, out]
}

test('a process whose event loop is blocked is killed, and says why', async () => {
  const [how, out] = await runs('setTimeout(() => { for (;;); }, 50)')
  expect(how).toBe('SIGKILL')
  expect(JSON.parse(out.trim())).toEqual({ type: 'report', level: 'error', message: 'it is busy' })
  expect(readFileSync(join(folder, 'log'), 'utf8')).toMatch(/ error it is busy\n$/)
})

test('one that waits is left alone, and ends by itself', async () => {
  expect(await runs('setTimeout(() => console.log("done"), 1_000)')).toEqual([0, 'done\n'])
})
