import { SyncHook } from 'tapable'
import { createHooks, Guard } from '@swanlab/core/internal'
import { inTurn, nanoseconds, table } from './measure.ts'

const CALLS = 500_000
const ROUNDS = 9

/** What the guard costs a tap, beside tapable alone. */
export function benchDispatch(): string {
  // Each tap gets each of them once.
  const records = [1, 2].map((step) => Object.freeze({ step, time: 1, data: Object.freeze({ loss: 1 }) }))
  let sum = 0
  const lines = [1, 3, 10].map((taps) => {
    const bare = new SyncHook<[(typeof records)[number]]>(['record'])
    const guarded = createHooks(new Guard({ report: silent, timeout: 10_000 }), silent).log
    for (let i = 0; i < taps; i++) {
      bare.tap(`tap-${i}`, ({ step }) => void (sum += step))
      guarded.tap(`tap-${i}`, ({ step }) => void (sum += step))
    }
    const result = inTurn(ROUNDS, {
      bare: () => nanoseconds(CALLS, (i) => bare.call(records[i & 1]!)),
      guarded: () => nanoseconds(CALLS, (i) => guarded.call(records[i & 1]!)),
    })
    return [
      `${taps} taps`,
      `${result.bare.toFixed(1)} ns`,
      `${result.guarded.toFixed(1)} ns`,
      `${((result.guarded - result.bare) / taps).toFixed(1)} ns`,
      `${(result.guarded / taps).toFixed(1)} ns`,
    ]
  })
  return table(['one dispatch', 'tapable alone', 'in the guard', 'guard a tap', 'all a tap'], lines)
}

function silent(): void {}
