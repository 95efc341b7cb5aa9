import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryPaths } from '../format/testing/folder.ts'
import { kernelLocks, type KernelLocks } from './kernel-locks.ts'
import { thisProcess } from './process-identity.ts'
import { lockState, takeLock, type Lock, type TakenLock } from './process-lock.ts'

const paths = temporaryPaths('locks')
const NONE = 'there are none in this test'
const REFUSING: KernelLocks = {
  tryLock: () => {
    throw Object.assign(new Error('no locks available'), { code: 'ENOLCK' })
  },
}

function newFolder(): string {
  const dir = paths()
  mkdirSync(dir)
  return dir
}

const newPath = (): string => join(newFolder(), 'x.lock')

function taken(lock: Lock): TakenLock {
  if (!lock.taken) throw new Error('not taken')
  return lock
}

const deadProcess = (): object => ({ ...thisProcess(), pid: spawnSync(process.execPath, ['-e', '']).pid })

describe('a lock of the kernel', () => {
  test('is had here', () => expect(kernelLocks()).toBeTypeOf('object'))

  test('lets one in, also within a process, and names the holder', () => {
    const path = newPath()
    const first = taken(takeLock(path))
    expect([first.weak, lockState(path)]).toEqual([undefined, 'held'])
    expect(takeLock(path)).toEqual({
      taken: false,
      holder: expect.objectContaining({ pid: process.pid, host: hostname() }) as unknown,
      lasting: false,
    })
    first.release()
    expect([existsSync(path), lockState(path)]).toEqual([false, 'free'])
    taken(takeLock(path)).release()
  })

  test('is not left by a process that is gone, whatever its file says of it', () => {
    const path = newPath()
    writeFileSync(path, JSON.stringify({ ...thisProcess(), token: 'left', by: 'kernel' }))
    const lock = taken(takeLock(path))
    expect(lock.abandoned).toBe('left')
    lock.release()
    lock.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test('goes to whoever makes the file anew, when somebody removes it, and is released by nobody else', () => {
    const path = newPath()
    const first = taken(takeLock(path))
    rmSync(path)
    const second = taken(takeLock(path))
    first.release()
    expect(lockState(path)).toBe('held')
    second.release()
  })

  test('is handed over with its file in place', () => {
    const path = newPath()
    taken(takeLock(path)).handOver()
    expect([existsSync(path), lockState(path)]).toEqual([true, 'free'])
  })

  test.each([
    ['a process that takes the file itself for the lock', { by: 'file' }],
    ['an earlier version', {}],
  ])('respects the lock of %s, until that is dead', (_who, more) => {
    const path = newPath()
    writeFileSync(path, JSON.stringify({ ...thisProcess(), ...more }))
    expect(takeLock(path)).toMatchObject({ taken: false, holder: { pid: process.pid }, lasting: true })
    writeFileSync(path, JSON.stringify({ ...deadProcess(), ...more }))
    taken(takeLock(path)).release()
  })

  test.each(['', '{"pid":', '{"pid":17,"ho'])('is taken over what its holder did not come to write: %j', (text) => {
    const path = newPath()
    writeFileSync(path, text)
    taken(takeLock(path)).release()
  })
})

test.each(['notes', '{}', 'null', '[{"pid":1,"host":"h"}]'])('%j is no lock file, and stays as it is', (text) => {
  for (const kernel of [undefined, NONE]) {
    const path = newPath()
    writeFileSync(path, text)
    if (kernel === undefined) expect(() => takeLock(path)).toThrow(`${path} is no lock file`)
    else expect(() => takeLock(path, { kernel })).toThrow(`${path} is no lock file`)
    expect(readFileSync(path, 'utf8')).toBe(text)
  }
})

test.runIf(process.platform !== 'win32')('links and what is no file are left alone', () => {
  const dir = newFolder()
  const secret = join(dir, 'secret')
  writeFileSync(secret, '')
  symlinkSync(secret, join(dir, 'link'))
  linkSync(secret, join(dir, 'second'))
  spawnSync('mkfifo', [join(dir, 'fifo')])
  for (const name of ['link', 'second', 'fifo'])
    expect(() => takeLock(join(dir, name))).toThrow(expect.objectContaining({ code: 'INVALID_FILE' }))
  expect(readFileSync(secret, 'utf8')).toBe('')
})

test('a lock file that cannot be made throws what the file system throws', () => {
  expect(() => takeLock(join(newFolder(), 'none', 'x.lock'))).toThrow('ENOENT')
})

describe.each([
  ['there is no module for them', NONE, NONE],
  ['the file system has none', REFUSING, 'the file system keeps none (ENOLCK)'],
])('without locks of the kernel, because %s', (_why, kernel, weak) => {
  test('the file is the lock, and says so', () => {
    const path = newPath()
    const lock = taken(takeLock(path, { kernel }))
    expect(lock.weak).toBe(weak)
    expect(takeLock(path, { kernel })).toMatchObject({ taken: false, holder: { pid: process.pid }, lasting: true })
    expect(lockState(path, kernel)).toBe('held')
    // Also for those who have locks of the kernel.
    expect([takeLock(path).taken, lockState(path)]).toEqual([false, 'held'])
    lock.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test('that of a process that is known to be dead is taken over', () => {
    const path = newPath()
    writeFileSync(path, JSON.stringify({ ...deadProcess(), token: 'dead', by: 'file' }))
    expect(lockState(path, kernel)).toBe('free')
    const lock = taken(takeLock(path, { kernel }))
    expect([lock.weak, lock.abandoned]).toEqual([weak, 'dead'])
    expect(takeLock(path, { kernel }).taken).toBe(false)
    lock.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test.each([{ scope: 'another boot pid:[1]' }, { scope: undefined, host: 'elsewhere.invalid' }])(
    'that of a process elsewhere is not: %j',
    (where) => {
      const path = newPath()
      writeFileSync(path, JSON.stringify({ ...deadProcess(), ...where, by: 'file' }))
      expect(takeLock(path, { kernel }).taken).toBe(false)
      expect(lockState(path, kernel)).toBe('unknown')
    },
  )
})
