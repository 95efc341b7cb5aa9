import { expect, test } from 'vitest'
import { furtherAttempts } from './delivery-error.ts'
import { attempt, type Send } from './delivery-attempt.ts'

const note = {}
const never: Send = () => new Promise(() => {})
const heeding =
  (end: (resolve: () => void, reject: (error: Error) => void) => void): Send =>
  (_, { signal }) =>
    new Promise((resolve, reject) => signal.addEventListener('abort', () => end(resolve, reject)))

test('ends in time, whether or not the notifier heeds its signal', async () => {
  await expect(attempt(never, note, 10)).rejects.toThrow('no answer within 0.01 s')
  await expect(attempt(never, note, 9.963)).rejects.toThrow('no answer within 0.01 s')
  const aborted = heeding((_, reject) => reject(new Error('aborted')))
  await expect(attempt(aborted, note, 10)).rejects.toThrow('no answer within 0.01 s')
})

test('a notifier that knows, when its time is up, that the receiver has the message, is believed', async () => {
  await attempt(
    heeding((resolve) => resolve()),
    note,
    10,
  )
})

test('what the notifier throws is thrown', async () => {
  const failure = { permanent: true }
  await expect(attempt(() => Promise.reject(failure as unknown as Error), note, 1_000)).rejects.toBe(failure)
})

test.each([
  [{ permanent: true }, { permanent: true, retryAfter: undefined }],
  [
    { permanent: 'yes', retryAfter: 5 },
    { permanent: false, retryAfter: 5 },
  ],
  [{ retryAfter: -1 }, { permanent: false, retryAfter: undefined }],
  [{ retryAfter: Number.NaN }, { permanent: false, retryAfter: undefined }],
  ['text', { permanent: false, retryAfter: undefined }],
  [null, { permanent: false, retryAfter: undefined }],
])('%j says %j', (failure, verdict) => {
  expect(furtherAttempts(failure)).toEqual({ uncertain: false, ...verdict })
})
