import { EventEmitter } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync, type FSWatcher, type watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Lookout } from './lookout.ts'
import { Pulse } from './pulse.ts'

let dir: string
let path: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lookout-'))
  path = join(dir, 'journal.jsonl')
  writeFileSync(path, '')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Pauses that were asked for; none is waited for. */
class Pauses extends Pulse {
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
    const lookout = new Lookout(path, pauses, (() => {
      watchers.push(new Watcher())
      return watchers.at(-1) as unknown as FSWatcher
    }) as unknown as typeof watch)
    for (let look = 0; look < 20; look++) await lookout.next(true)
    for (let look = 0; look < 7; look++) await lookout.next(false)
    expect(watchers).toHaveLength(1)
    await lookout.next(true)
    expect(watchers.map(({ closed }) => closed)).toEqual([true])
    expect(pauses.asked.slice(0, 20).every((ms) => ms === 200)).toBe(true)
    expect(pauses.asked.slice(20)).toEqual([200, 200, 200, 200, 200, 2_000, 2_000, 200])
  })

  test('moderate where the system cannot say, which is found out once', async () => {
    const pauses = new Pauses()
    let asked = 0
    const lookout = new Lookout(path, pauses, () => {
      asked++
      throw new Error('ENOSPC')
    })
    for (let look = 0; look < 8; look++) await lookout.next(false)
    expect(pauses.asked.slice(5)).toEqual([500, 500, 500])
    expect(asked).toBe(1)
  })

  test('moderate when the watch breaks', async () => {
    const pauses = new Pauses()
    const watcher = new Watcher()
    const lookout = new Lookout(path, pauses, (() => watcher) as unknown as typeof watch)
    for (let look = 0; look < 7; look++) await lookout.next(false)
    watcher.emit('error', new Error('gone'))
    expect([pauses.woken, watcher.closed]).toEqual([1, true])
    await lookout.next(false)
    expect(pauses.asked.at(-1)).toBe(500)
  })
})

test('a line that comes after a long silence is announced by the system', async () => {
  const pulse = new Pulse()
  const announced = vi.spyOn(pulse, 'now')
  const lookout = new Lookout(path, pulse)
  // The quick looks in vain, and the one after the watch has begun.
  for (let look = 0; look < 6; look++) {
    const pause = lookout.next(false)
    pulse.now()
    await pause
  }
  announced.mockClear()
  const pause = lookout.next(false)
  appendFileSync(path, 'a line\n')
  await vi.waitFor(() => expect(announced).toHaveBeenCalled(), { timeout: 15_000 })
  await pause
  lookout.stop()
})
