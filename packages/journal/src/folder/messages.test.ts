import { describe, expect, test } from 'vitest'
import type { Outcome } from '@swanlab/core/internal'
import { closingLine, shownPath } from './messages.ts'

test.each([
  ['/home/me/cats', '/home/me/cats/swanlog/run-1', 'swanlog/run-1'],
  ['/home/me/cats/src', '/home/me/cats/swanlog/run-1', '../swanlog/run-1'],
  ['/home/me/very/deep/inside', '/tmp/run-1', '/tmp/run-1'],
  ['/tmp/run-1', '/tmp/run-1', '.'],
  ['/', '/tmp/run-1', 'tmp/run-1'],
])('from %s, %s is shown as %s', (cwd, path, shown) => {
  expect(shownPath(path, cwd)).toBe(shown)
})

describe('the closing line', () => {
  const outcome = { state: 'finished', duration: 2_100, steps: 100, run: { experimentName: 'swan-1' } } as Outcome

  test.each<[Partial<Outcome>, string]>([
    [{}, 'Run swan-1 finished after 2.1 s: 100 steps'],
    [{ steps: 1, duration: 3_723_000 }, 'Run swan-1 finished after 1 h 2 min: 1 step'],
    [{ state: 'crashed' }, 'Run swan-1 crashed after 2.1 s: 100 steps'],
    [
      { state: 'crashed', error: { name: 'TypeError', message: 'x is not\n  a function' } },
      'Run swan-1 crashed after 2.1 s: 100 steps. TypeError: x is not a function',
    ],
    [
      { state: 'aborted', error: { name: 'SIGINT', message: 'the process received SIGINT' } },
      'Run swan-1 aborted after 2.1 s: 100 steps. SIGINT: the process received SIGINT',
    ],
    [{ state: 'crashed', error: { name: 'Error', message: 'no' } }, 'Run swan-1 crashed after 2.1 s: 100 steps. no'],
    [{ state: 'crashed', error: { name: 'Error', message: '' } }, 'Run swan-1 crashed after 2.1 s: 100 steps. Error'],
    [
      { state: 'crashed', error: { name: 'Error', message: 'GET https://me:s3cr3t@host/ failed' } },
      'Run swan-1 crashed after 2.1 s: 100 steps. GET https://host/ failed',
    ],
  ])('%j', (more, line) => {
    expect(closingLine({ ...outcome, ...more })).toBe(line)
  })

  test('is short whatever was thrown', () => {
    const error = { name: 'E'.repeat(256), message: 'x'.repeat(8_192) }
    expect(closingLine({ ...outcome, state: 'crashed', error }).length).toBeLessThan(300)
  })
})
