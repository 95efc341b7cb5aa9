import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { endingOf, exitOf, type Remains } from './death.ts'

const NOTHING: Remains = { status: undefined, memory: [], crash: undefined }
const oom = 'the control group counts 1 out-of-memory kill(s) since the run began'
const GB = 2 ** 30

describe('what a death is called', () => {
  test.each<[string, Partial<Remains>, object]>([
    ['SIGKILL', { status: 9 }, { state: 'crashed', cause: { type: 'killed' } }],
    [
      'SIGKILL with an OOM kill',
      { status: 9, memory: [oom] },
      { state: 'crashed', cause: { type: 'oom-killed', evidence: ['exit status: SIGKILL', oom] } },
    ],
    ['SIGSEGV', { status: 11 }, { state: 'crashed', cause: { type: 'crashed-natively', signal: 'SIGSEGV' } }],
    ['SIGSEGV with a core', { status: 0x80 | 11 }, { cause: { type: 'crashed-natively', signal: 'SIGSEGV' } }],
    ['SIGBUS', { status: 7 }, { cause: { type: 'crashed-natively', signal: 'SIGBUS' } }],
    ['SIGABRT', { status: 6 }, { cause: { type: 'crashed-natively', signal: 'SIGABRT' } }],
    [
      'SIGABRT with a full heap',
      { status: 6, heap: { resident: 0.98 * GB, limit: GB } },
      { cause: { type: 'oom-killed' } },
    ],
    [
      'SIGABRT with a small heap',
      { status: 6, heap: { resident: 0.1 * GB, limit: GB } },
      { cause: { type: 'crashed-natively' } },
    ],
    ['SIGTERM', { status: 15 }, { state: 'aborted', cause: { type: 'signal', signal: 'SIGTERM' } }],
    ['SIGINT', { status: 2 }, { state: 'aborted', cause: { type: 'signal', signal: 'SIGINT' } }],
    ['exit code 7', { status: 7 << 8 }, { state: 'crashed', cause: { type: 'exit', code: 7 } }],
    ['exit code 0', { status: 0 }, { state: 'finished' }],
    ['a status that is hidden', { status: 0, hidden: true }, { state: 'crashed', cause: { type: 'lost-contact' } }],
    ['SIGKILL of a process that hides things', { status: 9, hidden: true }, { cause: { type: 'killed' } }],
    ['no status', {}, { state: 'crashed', cause: { type: 'lost-contact' } }],
    ['no status, an OOM kill', { memory: [oom] }, { cause: { type: 'oom-killed' } }],
    ['no status, a crash in the log', { crash: 'node[17]: segfault at 0' }, { cause: { type: 'crashed-natively' } }],
  ])('%s', (_, remains, expected) => {
    expect(endingOf({ ...NOTHING, ...remains })).toMatchObject(expected)
  })

  test('every ending but a good one has an error message', () => {
    for (const status of [undefined, 6, 9, 11, 15, 7 << 8]) {
      const { error } = endingOf({ ...NOTHING, status })
      expect(error?.name).toMatch(/^[A-Z]/)
      expect(error?.message).toMatch(/process/)
    }
  })
})

test('the system says the same of a real process', () => {
  const { signal } = spawnSync(process.execPath, ['-e', 'process.abort()'], { stdio: 'ignore' })
  expect(exitOf(6)).toEqual({ signal })
})
