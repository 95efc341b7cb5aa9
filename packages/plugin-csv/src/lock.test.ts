import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { withLock } from './lock.ts'
import { folder } from './testing/folder.ts'

const SOON = { wait: 50 }
let dir: string
let lock: string

beforeEach(() => {
  dir = folder()
  lock = path.join(dir, 'runs.csv.lock')
})

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
    withLock(lock, () => {
      expect(() => withLock(lock, () => {}, SOON)).toThrow(`held by process ${process.pid} on `)
      expect(existsSync(lock)).toBe(true)
    })
  })

  it('takes over from a process that is gone, and removes what it left', () => {
    const text = (token: string): string => JSON.stringify({ pid: deadPid(), host: 'elsewhere', token, by: 'kernel' })
    writeFileSync(lock, text('other'))
    writeFileSync(`${lock}.other`, 'half')
    writeFileSync(`${lock}.another`, 'of somebody else')
    expect(withLock(lock, () => readdirSync(dir), SOON)).toEqual(['runs.csv.lock', 'runs.csv.lock.another'])
    expect(readdirSync(dir)).toEqual(['runs.csv.lock.another'])
  })

  it('says so at once when there can be no lock', () => {
    expect(() => withLock(path.join(dir, 'missing', 'x.lock'), () => {})).toThrow('ENOENT')
  })
})

function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}
