import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MediaDraft, MediaItem } from '@swanlab/core/internal'
import { smallDisk } from '../format/testing/small-disk.ts'
import { MediaFiles } from './media-files.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'media-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function item(text: string, caption?: string): MediaItem {
  return { bytes: Buffer.from(text), extension: 'txt', more: caption === undefined ? null : { caption } }
}

function draft(step: number, ...items: MediaItem[]): MediaDraft {
  return { key: 'note', step, time: 1_000, kind: 'text', items }
}

function start(folder = dir): { files: MediaFiles; messages: string[] } {
  const messages: string[] = []
  return { files: new MediaFiles(folder, 'sync', (message) => messages.push(message)), messages }
}

describe('media in a run folder', () => {
  it("lie where SwanLab's clients put them", () => {
    const { files, messages } = start()
    const path = 'media/text/002-9b533848.txt'
    expect(files.keep(draft(2, item('hello text\n')))).toMatchObject({ key: 'note', step: 2, time: 1_000 })
    const [name] = readdirSync(join(dir, 'media/text'))
    expect(name).toMatch(/^002-[0-9a-f]{8}\.txt$/)
    expect(path.replace(/-.*/, '')).toBe('media/text/002')
    expect(files.keep(draft(12_345, item('x')))!.data).toEqual([expect.stringMatching(/^media\/text\/12345-/)])
    expect([files.lost, messages]).toEqual([0, []])
  })

  it('share a file when they are the same at the same step', () => {
    const { files } = start()
    const record = files.keep(draft(1, item('a'), item('b'), item('a')))!
    expect(record.data[0]).toBe(record.data[2])
    expect(record).not.toHaveProperty('more')
    expect(readdirSync(join(dir, 'media/text'))).toHaveLength(2)
    expect(files.keep(draft(2, item('a')))!.data).not.toEqual([record.data[0]])
  })

  it('keep the details of each', () => {
    const { files } = start()
    expect(files.keep(draft(1, item('a'), item('b', 'second')))!.more).toEqual([null, { caption: 'second' }])
  })

  it('do not overwrite another content whose digest begins alike', () => {
    const { files } = start()
    const path = files.keep(draft(1, item('a')))!.data[0]!
    for (const content of ['longer', 'b']) {
      writeFileSync(join(dir, path), content)
      const other = files.keep(draft(1, item('a')))!.data[0]!
      expect(other).toMatch(/^media\/text\/001-[0-9a-f]{64}\.txt$/)
      expect(readFileSync(join(dir, path), 'utf8')).toBe(content)
      expect(readFileSync(join(dir, other), 'utf8')).toBe('a')
    }
  })

  it('do not bring back a run folder that was deleted', () => {
    const { files, messages } = start()
    rmSync(dir, { recursive: true })
    expect(files.keep(draft(1, item('a')))).toBe(undefined)
    expect(files.keep(draft(2, item('a')))).toBe(undefined)
    expect(files.lost).toBe(2)
    expect(messages).toEqual(['Media cannot be written (ENOENT). Training goes on; what is lost is counted.'])
    expect(() => readdirSync(dir)).toThrow('ENOENT')
  })
})

const disk = smallDisk()
it.skipIf(!disk)('a full disk costs what it refuses, and leaves no half file', () => {
  const { files, messages } = start(disk!.path)
  expect(files.keep(draft(1, item('small')))).toBeDefined()
  expect(files.keep(draft(2, item('x'.repeat(200_000))))).toBe(undefined)
  expect(readdirSync(join(disk!.path, 'media/text'))).toHaveLength(1)
  expect(files.keep(draft(3, item('small again')))).toBeDefined()
  expect(files.keep(draft(4, item('y'.repeat(200_000))))).toBe(undefined)
  expect(files.lost).toBe(2)
  expect(messages).toEqual(['Media cannot be written (ENOSPC). Training goes on; what is lost is counted.'])
})
