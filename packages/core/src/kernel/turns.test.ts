import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Turns } from './turns.ts'

describe('Turns', () => {
  let heard: string[] = []
  let turns: Turns
  const sleepSync = (ms: number): void => {
    vi.setSystemTime(Date.now() + ms)
  }
  /** Lets the event loop turn for so long. */
  const turn = (ms: number): void => void vi.advanceTimersByTime(ms)
  const pass = (): void => turns.passed(Date.now())

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    heard = []
    turns = new Turns(Date.now)
    turns.watch({ stalled: () => heard.push('stalled'), turned: () => heard.push('turned') })
  })
  afterEach(() => {
    turns.stop()
    vi.useRealTimers()
  })

  it('hears that a loop that never yields has stalled, once, within 600 ms', () => {
    for (let ms = 0; ms < 3_000; ms += 10) {
      sleepSync(10)
      pass()
      if (ms === 390) expect(heard).toEqual([])
      if (ms === 600) expect(heard).toEqual(['stalled'])
    }
    expect(heard).toEqual(['stalled'])
  })

  it('does not believe it of a loop that logs once at the end of a long stretch', () => {
    for (let epoch = 0; epoch < 5; epoch++) {
      sleepSync(5_000)
      pass()
      turn(100)
    }
    expect(heard).not.toContain('stalled')
  })

  it('does not believe it either that a loop turns which does so only between long stretches', () => {
    const epoch = (): void => {
      for (let ms = 0; ms < 2_000; ms += 10) {
        sleepSync(10)
        pass()
      }
    }
    epoch()
    expect(heard).toEqual(['stalled'])
    for (let i = 0; i < 5; i++) {
      turn(100)
      epoch()
    }
    expect(heard.filter((line) => line === 'turned')).toEqual([])
    turn(250)
    expect(heard.at(-1)).toBe('turned')
  })

  it('is told that it turns while it does, and nothing after stop()', () => {
    turn(1_000)
    expect(heard.length).toBeGreaterThan(5)
    turns.stop()
    heard = []
    turn(1_000)
    sleepSync(1_000)
    pass()
    pass()
    expect(heard).toEqual([])
  })
})
