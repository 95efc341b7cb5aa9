import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lastSession, type LastSession } from './last-session.ts'
import { encodeLog, encodeRecord, type RecordedRun } from './records.ts'
import { temporaryPaths } from './testing/folder.ts'

const newPath = temporaryPaths('journal.jsonl')
const run = {
  id: 'a',
  project: 'p',
  experimentName: 'swan-1',
  startTime: 10,
  config: {},
  tags: [],
  callbacks: [],
} as unknown as RecordedRun
const later = { ...run, startTime: 50 }
const header = encodeRecord({ type: 'header', format: 1, time: 10, run, process: { pid: 1, host: 'one' } })
const resume = encodeRecord({ type: 'resume', time: 50, run: later, process: { pid: 2, host: 'two' } })
const finish = encodeRecord({ type: 'finish', time: 40, state: 'finished', duration: 30, steps: 2, losses: {} })
const rows = [encodeLog({ step: 7, time: 30, data: { loss: 1 } }), encodeLog({ step: 3, time: 20, data: {} })].join('')

function partOf(text: string): LastSession {
  const path = newPath()
  writeFileSync(path, text)
  return lastSession(path)
}

test('a first session', () => {
  expect(partOf(header + rows)).toEqual({
    from: 0,
    run,
    owner: { pid: 1, host: 'one' },
    finished: false,
    start: 10,
    last: 30,
    steps: 2,
    lastStep: 7,
  })
})

test('an end, also when its line break is missing', () => {
  expect(partOf(header + rows + finish)).toMatchObject({ finished: true, last: 40 })
  expect(partOf(header + rows + finish.trimEnd())).toMatchObject({ finished: true, last: 40 })
  expect(partOf(header + rows + finish.slice(0, -9))).toMatchObject({ finished: false, last: 30 })
})

test('a session that continues the run begins at its own record and counts the steps of all sessions', () => {
  const before = header + rows + finish
  expect(partOf(before + resume)).toMatchObject({
    from: Buffer.byteLength(before),
    run: later,
    owner: { pid: 2, host: 'two' },
    finished: false,
    start: 50,
    steps: 2,
    lastStep: 7,
  })
})

test('nothing that can be read', () => {
  expect(partOf('what is this?\n')).toMatchObject({ from: 0, run: undefined, owner: undefined, finished: false })
})
