import type { Notification } from '@swanlab/notification'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeBlock, escaped, slackMessage } from './blocks.ts'

const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item)

/** Every member that a notification can have, each text of it the given one. */
const notificationOf = (text: string, url = 'https://swanlab.cn/run', facts = 25): Notification => ({
  id: text,
  event: 'ended',
  tone: 'bad',
  language: 'en',
  time: 0,
  subject: text,
  title: text,
  sentence: text,
  facts: many(facts, { key: 'project', label: text, value: text }),
  error: { heading: text, name: text, message: text, stackTail: text },
  terminal: { heading: text, rows: many(20, text) },
  metrics: {
    heading: text,
    columns: { key: text, last: text, min: text, max: text },
    rows: many(20, { key: text, last: text, min: text, max: text }),
    more: text,
  },
  config: { heading: text, rows: many(20, { key: text, value: text }), more: text },
  notes: { heading: text, rows: many(9, text), more: text },
  link: { label: text, url },
  footer: text,
})

/** All texts of a message, with the type of block that each stands in. */
function textsOf(part: unknown, type = 'message'): { type: string; text: string }[] {
  if (Array.isArray(part)) return part.flatMap((item) => textsOf(item, type))
  if (typeof part !== 'object' || part === null) return []
  const own = 'text' in part && typeof part.text === 'string' ? [{ type, text: part.text }] : []
  const kind =
    'type' in part && typeof part.type === 'string' && !part.type.startsWith('m') && part.type !== 'plain_text'
  return [
    ...own,
    ...Object.entries(part).flatMap(([key, value]) =>
      textsOf(value, key === 'fields' ? 'field' : kind && 'type' in part ? String(part.type) : type),
    ),
  ]
}

const LIMITS: Readonly<Record<string, number>> = {
  message: 3000,
  header: 150,
  section: 3000,
  field: 2000,
  context: 2000,
  button: 75,
}

describe('a Slack message', () => {
  test('keeps the limits of Slack, and nothing in it is markup', () => {
    const piece = fc.constantFrom(
      '<!channel>',
      '<@U123>',
      '<https://evil.test|click>',
      '```',
      '&lt;',
      '&',
      '*',
      '\u{1F600}',
    )
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.array(piece), fc.integer({ min: 1, max: 400 }))
        .map(([pieces, times]) => pieces.join('').repeat(times)),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const message = slackMessage(notificationOf(`x${text}`))
        expect(message.blocks?.length).toBeLessThanOrEqual(50)
        for (const block of message.blocks ?? []) {
          if ('fields' in block) expect(block.fields?.length).toBeLessThanOrEqual(10)
        }
        for (const part of textsOf(message)) {
          expect(part.text.length, part.type).toBeLessThanOrEqual(LIMITS[part.type] ?? 0)
          expect(part.text).not.toBe('')
          expect(part.text).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/)
          if (part.type === 'section' && part.text.includes('\n```\n')) {
            expect(part.text.match(/```/g)?.length).toBe(2)
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    )
  })

  test('knows its limits in the test above', () => {
    const types = new Set(textsOf(slackMessage(notificationOf('x'))).map(({ type }) => type))
    expect([...types].toSorted()).toEqual(['button', 'context', 'field', 'header', 'message', 'section'])
  })

  test('shows the last lines of a terminal that it has room for, and their last ones', () => {
    const shown = (rows: string[]): string => {
      const message = slackMessage({ ...notificationOf('x'), terminal: { heading: 'Terminal', rows } })
      return textsOf(message).find(({ text }) => text.startsWith('*Terminal*'))!.text
    }
    expect(shown(['  indented', '<b>'])).toBe('*Terminal*\n```\n  indented\n&lt;b&gt;\n```')
    const rows = Array.from({ length: 20 }, (_, at) => `line ${at} ${'&'.repeat(40)}`)
    const text = shown(rows)
    expect(text).toMatch(/^\*Terminal\*\n```\nline 7 /)
    expect(text).toMatch(/\nline 19 (&amp;){40}\n```$/)
  })

  test.each(['javascript:alert(1)', `https://x/${'y'.repeat(3000)}`])('has no button for %.40s', (url) => {
    const { blocks } = slackMessage(notificationOf('x', url))
    expect(blocks?.map(({ type }) => type)).not.toContain('actions')
  })

  test('spreads many facts over several sections', () => {
    const { blocks } = slackMessage(notificationOf('x', undefined, 23))
    const counts = blocks?.flatMap((block) => ('fields' in block && block.fields ? [block.fields.length] : []))
    expect(counts).toEqual([10, 10, 3])
  })
})

describe('escaping', () => {
  test('cuts between characters and entities, never inside', () => {
    expect(escaped('a&b', 20)).toBe('a&amp;b')
    expect(escaped('ab&cd', 7)).toBe('ab…')
    expect(escaped('ab\u{1F600}cd', 4)).toBe('ab…')
  })

  test('takes fences in a code block apart', () => {
    expect(codeBlock('a```b````c', 100).match(/```/g)).toHaveLength(2)
    expect(codeBlock('x'.repeat(100), 50)).toHaveLength(50)
  })
})
