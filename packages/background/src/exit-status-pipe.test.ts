import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { ExitStatusPipe } from './exit-status-pipe.ts'

/** What the kernel reports of a process that has ended; the name of a program may hold anything. */
const stat = (state: string, status: number): string =>
  `17 (a) R (b) ${[state, ...Array.from({ length: 48 }, () => 0), status].join(' ')}\n`

async function statusFrom(text: string): Promise<number | undefined> {
  const input = new PassThrough()
  const pipe = new ExitStatusPipe(input)
  input.end(text)
  return pipe.status(1_000)
}

test.each([
  ['SIGKILL', stat('Z', 9), 9],
  ['SIGKILL, on its way out', stat('R', 9), 9],
  ['exit code 0', stat('Z', 0), 0],
  ['a process that still lives', stat('S', 0), undefined],
  ['nothing: it came too late', '', undefined],
  ['half of it', stat('Z', 9).slice(0, 40), undefined],
])('%s', async (_, text, status) => {
  expect(await statusFrom(text)).toBe(status)
})

test('an exit watcher that says nothing, or is none, is not waited for without an end', async () => {
  const silent = new ExitStatusPipe(new PassThrough())
  expect(await silent.status(20)).toBeUndefined()
  silent.close()
  expect(await new ExitStatusPipe(undefined).status(60_000)).toBeUndefined()
})
