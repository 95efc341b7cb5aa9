import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { withLock } from './lock.ts'
import { folder } from './testing/folder.ts'

const SOON = { wait: 50, stale: 30_000 }
let dir: string
let lock: string

beforeEach(() => {
  dir = folder()
  lock = path.join(dir, 'runs.csv.lock')
})

function heldBy(holder: object): void {
  writeFileSync(lock, JSON.stringify({ token: 'other', pid: process.pid, host: hostname(), born: '', ...holder }))
}

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

describe('withLock', () => {
  it('holds a file while it acts, and leaves nothing behind', () => {
    expect(withLock(lock, () => readdirSync(dir))).toEqual(['runs.csv.lock'])
    expect(readdirSync(dir)).toEqual([])
  })

  it('lets go when the action fails', () => {
    expect(() =>
      withLock(lock, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(existsSync(lock)).toBe(false)
  })

  it('waits for a living holder, but not for ever', () => {
    heldBy({})
    expect(() => withLock(lock, () => {}, SOON)).toThrow(`held by process ${process.pid} for 50 ms`)
    expect(existsSync(lock)).toBe(true)
  })

  it('takes over from a process that is gone, and removes what it left', () => {
    heldBy({ pid: deadPid() })
    writeFileSync(`${lock}.other`, 'half')
    expect(withLock(lock, () => readdirSync(dir), SOON)).toEqual(['runs.csv.lock'])
    expect(readdirSync(dir)).toEqual([])
  })

  it.runIf(process.platform === 'linux')('takes over from a process whose number another one has now', () => {
    heldBy({ born: '1' })
    expect(withLock(lock, () => true, SOON)).toBe(true)
  })

  it('takes over from another machine, or from somebody unknown, only after a while', () => {
    for (const text of [
      JSON.stringify({ token: 'other', pid: deadPid(), host: 'elsewhere', born: '' }),
      '',
      'null',
      '{',
    ]) {
      writeFileSync(lock, text)
      expect(() => withLock(lock, () => {}, SOON)).toThrow('has been held by')
      const before = (Date.now() - 31_000) / 1_000
      utimesSync(lock, before, before)
      expect(withLock(lock, () => true, SOON)).toBe(true)
    }
  })

  it('does not act on a lock that was taken away, and does not release it', () => {
    expect(() =>
      withLock(lock, ({ confirm }) => {
        confirm()
        heldBy({})
        confirm()
      }),
    ).toThrow('was taken over by another process')
    expect(existsSync(lock)).toBe(true)
  })

  it('survives a takeover that was interrupted', () => {
    heldBy({ pid: deadPid() })
    writeFileSync(`${lock}.takeover`, '')
    expect(() => withLock(lock, () => {}, SOON)).toThrow('has been held by')
    utimesSync(`${lock}.takeover`, 1, 1)
    expect(withLock(lock, () => true, SOON)).toBe(true)
    expect(readdirSync(dir)).toEqual([])
  })

  it('says so at once when there can be no lock', () => {
    expect(() => withLock(path.join(dir, 'missing', 'x.lock'), () => {})).toThrow('ENOENT')
  })
})
