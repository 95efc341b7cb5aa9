import { describe, expect, it } from 'vitest'
import { answerInit } from './init-answer.ts'
import type { InitInfo } from '../contract/payloads.ts'

const INFO: InitInfo = Object.freeze({
  id: 'a'.repeat(21),
  project: 'cats',
  tags: ['one'],
  mode: 'offline',
  logdir: '/logs',
  startTime: 1,
  config: { lr: 1 },
  resumed: false,
})

function answer(given: unknown): { info: InitInfo; reports: string[] } {
  const reports: string[] = []
  const info = answerInit(INFO, given, 'plugin', (level, message) => void reports.push(`${level}: ${message}`))
  return { info, reports }
}

describe('an answer to onInit', () => {
  it.each([undefined, null, INFO, {}, { ...INFO }, { url: undefined }])('%o changes nothing', (given) => {
    expect(answer(given)).toEqual({ info: INFO, reports: [] })
  })

  it('is merged, detached and frozen', () => {
    const given = {
      id: 'b'.repeat(21),
      experimentName: 'swan-7',
      tags: ['two'],
      url: 'https://x/y',
      colors: ['#000000', '#ffffff'],
      resumed: true,
    }
    const { info, reports } = answer(given)
    given.tags.push('three')
    expect(info).toEqual({ ...INFO, ...given, tags: ['two'] })
    expect([info, info.tags, info.colors].every((part) => Object.isFrozen(part))).toBe(true)
    expect(reports).toEqual([])
  })

  it('says of a name whether it was made up, until somebody chooses one', () => {
    const { info } = answer({ experimentName: 'swan-1', nameIsDefault: true })
    expect(info.nameIsDefault).toBe(true)
    expect(answerInit(info, { url: 'https://x' }, 'b', () => {}).nameIsDefault).toBe(true)
    expect(answerInit(info, { experimentName: 'first' }, 'b', () => {}).nameIsDefault).toBeUndefined()
  })

  it.each<[unknown, string]>([
    ['text', 'with string; it takes an object or nothing. Ignored.'],
    [7, 'with number; it takes an object or nothing. Ignored.'],
    [{ id: '../../etc' }, 'with a "id" that is not text that matches'],
    [{ project: 'a/b' }, 'with a "project" that is not text that matches'],
    [{ tags: 'one' }, 'with a "tags" that is not a list of text. Ignored.'],
    [{ tags: [1] }, 'with a "tags" that is not a list of text. Ignored.'],
    [{ url: 7 }, 'with a "url" that is not text. Ignored.'],
    [{ colors: ['#000000'] }, 'with a "colors" that is not two colours. Ignored.'],
    [{ resumed: 'yes' }, 'with a "resumed" that is not true or false. Ignored.'],
    [{ earlier: 7 }, 'with a "earlier" that is not something to iterate over. Ignored.'],
    [{ links: [] }, 'with "links", which is not among id, project,'],
    [JSON.parse('{ "__proto__": { "resumed": true } }'), 'with "__proto__", which is not among'],
  ])('%o is ignored, and reported', (given, why) => {
    const { info, reports } = answer(given)
    expect(info).toEqual(INFO)
    expect(reports).toEqual([expect.stringContaining(`warn: Callback "plugin" answered onInit ${why}`)])
  })
})
