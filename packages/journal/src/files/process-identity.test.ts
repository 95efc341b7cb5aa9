import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { identityOf, isAlive, thisProcess } from './process-identity.ts'

const hasProc = existsSync('/proc/self/stat')

test('this process lives', () => {
  expect(thisProcess()).toMatchObject({ pid: process.pid, host: hostname() })
  expect(thisProcess()).toEqual(thisProcess())
  expect(isAlive(thisProcess())).toBe(true)
})

test('a child lives until it dies', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const identity = identityOf(child.pid!)
  expect(isAlive(identity)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(identity)).toBe(false)
})

test.runIf(hasProc)('a dead process that nobody has asked about is dead', async () => {
  // Another program takes the shell's place, and never asks about the shell's child.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer]
    const child = { pid: Number(chunk.toString()), host: hostname() }
    await expect.poll(() => isAlive(child)).toBe(false)
    expect(existsSync(`/proc/${child.pid}`)).toBe(true)
  } finally {
    parent.kill('SIGKILL')
  }
})

test.runIf(hasProc)('a later process with the same number is not mistaken for it', () => {
  expect(isAlive({ ...thisProcess(), started: '1' })).toBe(false)
})

test('without the time of its start, the number decides', () => {
  expect(isAlive({ pid: process.pid, host: hostname() })).toBe(true)
})

test('nobody here can say anything of another machine or another container; a new host name changes nothing', () => {
  const { scope, ...earlier } = thisProcess()
  expect(isAlive({ ...earlier, host: 'elsewhere.invalid' })).toBeUndefined()
  expect(isAlive({ ...earlier, scope: 'another boot pid:[1]' })).toBeUndefined()
  if (scope !== undefined) expect(isAlive({ ...earlier, scope, host: 'renamed.invalid' })).toBe(true)
})

test.each([0, -1, 1.5, NaN, 2 ** 40])('no process has the number %s', (pid) => {
  expect(isAlive({ pid, host: hostname() })).toBe(false)
})
