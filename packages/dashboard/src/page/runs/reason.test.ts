import { expect, it } from 'vitest'
import type { RunRow } from '../../protocol/runs.ts'
import { reasonOf, reasonText } from './reason.ts'

const row = (part: Partial<RunRow>): RunRow => ({
  ...{ key: 'a', id: 'a', name: 'a', project: 'p', tags: [], startTime: 1, lastTime: 1, size: 1, config: {} },
  state: 'crashed',
  ...part,
})
const error = { name: 'RangeError', message: 'loss is NaN\nat step 3' }

it.each([
  [row({ state: 'finished' }), ''],
  [row({ state: 'running', error }), ''],
  [row({ cause: { type: 'killed', evidence: [] }, error }), 'why.killed'],
  [row({ cause: { type: 'oom-killed', evidence: [] } }), 'why.memory'],
  [row({ cause: { type: 'lost-contact', evidence: [] } }), 'why.lost'],
  [row({ state: 'aborted', cause: { type: 'signal', signal: 'SIGTERM' } }), 'SIGTERM'],
  [row({ cause: { type: 'exit', code: 3 } }), 'exit 3'],
  [row({ cause: { type: 'exception' }, error }), 'loss is NaN'],
  [row({ error: { name: 'Error', message: '' } }), 'Error'],
  [row({ error: { name: 'Error', message: '__proto__' } }), '__proto__'],
  [row({ state: 'unreadable', problem: 'no journal here' }), 'no journal here'],
  [row({}), ''],
])('says in a line why a run did not end well: %#', (run, expected) => {
  expect(reasonText(reasonOf(run), (key) => key)).toBe(expected)
})
