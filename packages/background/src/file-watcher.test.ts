import { EventEmitter } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync, type FSWatcher, type watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FileWatcher } from './file-watcher.ts'
import { InterruptibleSleep } from './interruptible-sleep.ts'

let dir: string
let path: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'file-watcher-'))
  path = join(dir, 'journal.jsonl')
  writeFileSync(path, '')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Pauses that were asked for; none is waited for. */
class Pauses extends InterruptibleSleep {
  readonly asked: number[] = []
  woken = 0

  override next(ms: number): Promise<void> {
    this.asked.push(ms)
    return Promise.resolve()
  }

  override now(): void {
    this.woken++
  }
}

class Watcher extends EventEmitter {
  closed = false
  close = (): void => void (this.closed = true)
}

describe('pauses', () => {
  test('short while the file grows; long when it does not, and the system says when it does', async () => {
    const pauses = new Pauses()
    const watchers: Watcher[] = []
    const growth = new FileWatcher(path, pauses, (() => {
      watchers.push(new Watcher())
      return watchers.at(-1) as unknown as FSWatcher
    }) as unknown as typeof watch)
    for (let look = 0; look < 20; look++) await growth.next(true)
    for (let look = 0; look < 7; look++) await growth.next(false)
    expect(watchers).toHaveLength(1)
    await growth.next(true)
    expect(watchers.map(({ closed }) => closed)).toEqual([true])
    expect(pauses.asked.slice(0, 20).every((ms) => ms === 200)).toBe(true)
    expect(pauses.asked.slice(20)).toEqual([200, 200, 200, 200, 200, 2_000, 2_000, 200])
  })

  test('moderate where the system cannot say, which is found out once', async () => {
    const pauses = new Pauses()
    let asked = 0
    const growth = new FileWatcher(path, pauses, () => {
      asked++
      throw new Error('ENOSPC')
    })
    for (let look = 0; look < 8; look++) await growth.next(false)
    expect(pauses.asked.slice(5)).toEqual([500, 500, 500])
    expect(asked).toBe(1)
  })

  test('moderate when the watch breaks', async () => {
    const pauses = new Pauses()
    const watcher = new Watcher()
    const growth = new FileWatcher(path, pauses, (() => watcher) as unknown as typeof watch)
    for (let look = 0; look < 7; look++) await growth.next(false)
    watcher.emit('error', new Error('gone'))
    expect([pauses.woken, watcher.closed]).toEqual([1, true])
    await growth.next(false)
    expect(pauses.asked.at(-1)).toBe(500)
  })
})

test('a line that comes after a long silence is announced by the system', async () => {
  const sleeping = new InterruptibleSleep()
  const announced = vi.spyOn(sleeping, 'now')
  const growth = new FileWatcher(path, sleeping)
  // The quick looks in vain, and the one after the watch has begun.
  for (let look = 0; look < 6; look++) {
    const pause = growth.next(false)
    sleeping.now()
    await pause
  }
  announced.mockClear()
  const pause = growth.next(false)
  appendFileSync(path, 'a line\n')
  await expect.poll(() => announced.mock.calls.length).toBeGreaterThan(0)
  await pause
  growth.stop()
})
