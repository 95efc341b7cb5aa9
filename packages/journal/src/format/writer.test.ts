import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { JournalWriter, type Durability } from './writer.ts'
import { temporaryPaths } from './testing/folder.ts'

const newFolder = temporaryPaths('run')

function open(durability: Durability = 'write', path?: string) {
  const file = path ?? `${newFolder()}/journal.jsonl`
  mkdirSync(dirname(file), { recursive: true })
  const messages: string[] = []
  const time = { now: 1_000_000 }
  const writer = new JournalWriter({
    path: file,
    durability,
    clock: () => time.now,
    trouble: (message) => messages.push(message),
  })
  return { file, messages, time, writer, text: () => readFileSync(file, 'utf8') }
}

test.each<Durability>(['write', 'sync'])('%s: a line is in the file when append returns', (durability) => {
  const { writer, text, messages } = open(durability)
  writer.append('{"a":1}\n')
  expect(text()).toBe('{"a":1}\n')
  writer.append('{"a":"损失 🦢"}\n')
  expect(text()).toBe('{"a":1}\n{"a":"损失 🦢"}\n')
  writer.close()
  expect([writer.lost, messages]).toEqual([0, []])
})

test('buffered: lines wait for the buffer, for the time, for flush or for the end', async () => {
  const { writer, time, text } = open('buffered')
  writer.append('1\n')
  expect(text()).toBe('')
  time.now += 1_000
  writer.append('2\n')
  expect(text()).toBe('1\n2\n')
  writer.append(`${'x'.repeat(65_535)}\n`)
  expect(text()).toHaveLength(65_540)
  writer.append('4\n')
  writer.flush()
  expect(text()).toMatch(/4\n$/)
  writer.append('5\n')
  await expect.poll(text).toMatch(/5\n$/)
  writer.append('6\n')
  writer.close()
  expect(text()).toMatch(/5\n6\n$/)
})

test.each<Durability>(['write', 'buffered', 'sync'])(
  '%s: what is appended after the end is written, and the file let go of',
  (durability) => {
    const { writer, file, text } = open(durability)
    writer.append('1\n')
    writer.close()
    const before = openFiles(file)
    writer.append('2\n')
    expect(text()).toBe('1\n2\n')
    expect([before, openFiles(file)]).toEqual([0, 0])
    writer.close()
  },
)

test('knows where its part begins, and continues an existing journal', () => {
  const { file, writer } = open()
  writer.append('1\n')
  writer.close()
  const second = open('write', file)
  expect([writer.begin, second.writer.begin]).toEqual([0, 2])
  second.writer.append('2\n')
  second.writer.close()
  expect(second.text()).toBe('1\n2\n')
})

test('begins on a line of its own after a torn end', () => {
  const { file, writer } = open()
  writer.append('1\n')
  writer.append('{"torn')
  writer.close()
  const second = open('write', file)
  second.writer.append('2\n')
  second.writer.append('3\n')
  second.writer.close()
  expect(second.text()).toBe('1\n{"torn\n2\n3\n')
})

test('appends behind what another process appended', () => {
  const { file, writer, text } = open()
  writer.append('1\n')
  appendFileSync(file, '2\n')
  writer.append('3\n')
  writer.close()
  expect(text()).toBe('1\n2\n3\n')
})

test('a file that cannot be opened is the opener’s affair', () => {
  expect(() => open('write', '/dev/null/journal.jsonl')).toThrow()
  const path = `${newFolder()}/nowhere/journal.jsonl`
  expect(() => new JournalWriter({ path, durability: 'write', clock: Date.now, trouble: () => {} })).toThrow('ENOENT')
})

test('a deleted folder is noticed within a second, reported once, and everything counted', () => {
  const { file, writer, time, messages } = open()
  for (let i = 0; i < 5; i++) writer.append(`${i}\n`)
  rmSync(dirname(file), { recursive: true })
  writer.append('5\n')
  expect(messages).toEqual([])
  time.now += 1_000
  for (let i = 6; i < 10; i++) writer.append(`${i}\n`)
  writer.close()
  expect(messages).toEqual([
    'The run folder has been deleted while the run was being recorded. Training goes on; what is lost is counted.',
  ])
  expect(writer.lost).toBe(10)
  expect(existsSync(dirname(file))).toBe(false)
})

test('whoever has opened a journal before it was deleted reads it to its end', () => {
  const { file, writer, time } = open()
  writer.append('1\n')
  const fd = openSync(file, 'r')
  rmSync(dirname(file), { recursive: true })
  time.now += 1_000
  for (const line of ['2\n', '3\n']) writer.append(line)
  writer.close()
  expect([readFileSync(fd, 'utf8'), writer.lost]).toEqual(['1\n2\n3\n', 3])
  closeSync(fd)
})

test('a clock that was put back hides neither a deleted folder nor what is held back', () => {
  const { file, writer, time, messages } = open()
  const held = open('buffered')
  held.writer.append('1\n')
  rmSync(file)
  time.now -= 3_600_000
  held.time.now -= 3_600_000
  writer.append('1\n')
  held.writer.append('2\n')
  expect(messages).toHaveLength(1)
  expect(held.text()).toBe('1\n2\n')
  writer.close()
  held.writer.close()
})

test('a folder that was deleted is noticed at the end, too, and does not come back after it', () => {
  const { file, writer, messages } = open()
  writer.append('1\n')
  rmSync(file)
  writer.close()
  expect([writer.lost, messages.length]).toEqual([1, 1])
  writer.append('2\n')
  expect([writer.lost, existsSync(file)]).toEqual([2, false])
})

test('a journal deleted after the end is not begun anew in its middle', () => {
  const { file, writer, messages } = open()
  writer.append('1\n')
  writer.close()
  rmSync(file)
  writer.append('2\n')
  expect([writer.lost, existsSync(file)]).toEqual([1, false])
  expect(messages).toEqual(['The journal cannot be written (ENOENT). Training goes on; what is lost is counted.'])
})

test('a folder that moves takes its journal along', () => {
  const { file, writer, time, messages } = open()
  writer.append('1\n')
  const moved = newFolder()
  renameSync(dirname(file), moved)
  time.now += 1_000
  writer.append('2\n')
  writer.close()
  expect(readFileSync(`${moved}/journal.jsonl`, 'utf8')).toBe('1\n2\n')
  expect([writer.lost, messages]).toEqual([0, []])
})

test('an emptied journal goes on at its beginning, without a hole', () => {
  const { file, writer, text } = open()
  writer.append('1\n')
  truncateSync(file)
  writer.append('2\n')
  writer.close()
  expect(text()).toBe('2\n')
})

test('a listener for trouble that throws does no harm', () => {
  const { file } = open()
  writeFileSync(file, '')
  const writer = new JournalWriter({
    path: file,
    durability: 'write',
    clock: Date.now,
    trouble: () => {
      throw new Error('the listener fails')
    },
  })
  writer.close()
  rmSync(file)
  writer.append('1\n')
  expect(writer.lost).toBe(1)
})

/** How many descriptors of this process are open on a file; 0 where the system does not say. */
function openFiles(file: string): number {
  const folder = '/proc/self/fd'
  if (!existsSync(folder)) return 0
  return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`) === file).length
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
