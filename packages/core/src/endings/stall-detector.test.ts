import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StallDetector } from './stall-detector.ts'

describe('StallDetector', () => {
  let received: string[] = []
  let stalls: StallDetector
  /** Spends time, in milliseconds, without letting the event loop turn. */
  const spend = (ms: number): void => void vi.setSystemTime(Date.now() + ms)
  const turn = (): void => void vi.advanceTimersByTime(0)
  /** Lets the event loop turn for so long, in milliseconds. */
  const idle = (ms: number): void => void vi.advanceTimersByTime(ms)
  const call = (times = 1, every = 0): void => {
    for (let i = 0; i < times; i++) {
      spend(every)
      stalls.passed(Date.now())
    }
  }

  beforeEach(() => {
    const toFake = ['setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'Date'] as const
    vi.useFakeTimers({ toFake: [...toFake] })
    received = []
    stalls = new StallDetector(Date.now)
    stalls.watch({ stalled: () => received.push('stalled'), turned: () => received.push('turned') })
  })
  afterEach(() => {
    stalls.stop()
    vi.useRealTimers()
  })

  it('notices at once a loop that never yields from the beginning', () => {
    turn()
    stalls.handOver()
    call(100)
    expect(received).toEqual([])
    call()
    expect(received).toEqual(['stalled'])
  })

  it('takes a few calls at the beginning for what they are, and many for so only until it turns', () => {
    call(100)
    turn()
    expect(received).toEqual([])
    stalls.handOver()
    call(150)
    turn()
    expect(received).toEqual(['stalled', 'turned'])
  })

  it('notices a loop that stops yielding later on, by its many calls', () => {
    turn()
    call(1_000)
    expect(received).toEqual([])
    call(2)
    expect(received).toEqual(['stalled'])
  })

  it('notices one that calls seldom within 600 ms, or at its second call', () => {
    turn()
    call(40, 10)
    expect(received).toEqual([])
    call(15, 10)
    expect(received).toEqual(['stalled'])
    stalls.stop()
    stalls.watch({ stalled: () => received.push('again'), turned: () => {} })
    call(2, 5_000)
    expect(received).toEqual(['stalled', 'again'])
  })

  it('is not misled by a loop that yields often, however much it calls', () => {
    turn()
    for (let i = 0; i < 100; i++) {
      call(100)
      turn()
    }
    expect(received).toEqual([])
  })

  it('is not misled by a loop that calls once at the end of a long stretch', () => {
    for (let epoch = 0; epoch < 5; epoch++) {
      call(1, 5_000)
      turn()
    }
    expect(received).toEqual([])
  })

  it('does not believe that a loop turns which does so only between long stretches', () => {
    turn()
    for (let epoch = 0; epoch < 5; epoch++) {
      call(200, 10)
      turn()
      idle(10)
    }
    expect(received).toEqual(['stalled'])
    idle(400)
    expect(received).toEqual(['stalled', 'turned'])
    turn()
    call(200, 10)
    expect(received).toEqual(['stalled', 'turned', 'stalled'])
  })

  it('keeps the process from nothing, and notifies nobody after stop()', () => {
    call(200, 10)
    stalls.stop()
    received = []
    expect(vi.getTimerCount()).toBe(0)
    call(2_000, 10)
    stalls.handOver()
    idle(1_000)
    expect(received).toEqual([])
  })
})
