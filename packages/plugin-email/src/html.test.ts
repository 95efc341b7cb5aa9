import type { Notification } from '@swanlab/notification'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderHtml } from './html.ts'

/** Every member that a notification can have, each text of it the given one. */
const notificationOf = (text: string, url = 'https://swanlab.cn/run'): Notification => ({
  id: text,
  event: 'ended',
  tone: 'bad',
  language: 'en',
  time: 0,
  subject: text,
  title: text,
  sentence: text,
  facts: [{ key: 'project', label: text, value: text }],
  error: { heading: text, name: text, message: text, stackTail: text },
  terminal: { heading: text, rows: [text] },
  metrics: {
    heading: text,
    columns: { key: text, last: text, min: text, max: text },
    rows: [{ key: text, last: text, min: text, max: text }],
    more: text,
  },
  config: { heading: text, rows: [{ key: text, value: text }], more: text },
  notes: { heading: text, rows: [text], more: text },
  link: { label: text, url },
  footer: text,
})

const tagsOf = (page: string): string[] => page.match(/<[^>]*>?/g) ?? []

describe('the HTML of a mail', () => {
  test('has no line of its own for the head of the first column on a phone, where the keys have lines of their own', () => {
    const page = renderHtml(notificationOf('x'))
    expect(page).toMatch(/<th class="[^"]*\bkey"/)
    expect(page).toMatch(/@media \(max-width: 480px\)\{[^@]*\bth\.key\{display:none!important\}/)
  })

  test('has the same tags whatever stands in it', () => {
    const expected = tagsOf(renderHtml(notificationOf('x')))
    const piece = fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=y>',
      "' onload='",
      '</pre>',
      '-->',
      '&lt;',
      '<![endif]-->',
      '\u0000<b>',
    )
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const page = renderHtml(notificationOf(`x${text.replaceAll('\n', ' ')}`))
        expect(tagsOf(page)).toEqual(expected)
        expect(page).not.toMatch(/<script|<img|<iframe/i)
      }),
      { seed: 1 },
    )
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', ' https://x', 'file:///etc/passwd'])(
    'no button for %s',
    (url) => {
      expect(renderHtml(notificationOf('x', url))).not.toContain('<a ')
    },
  )

  test('an address cannot leave its attribute', () => {
    expect(renderHtml(notificationOf('x', 'https://x/"onclick="y'))).toContain('href="https://x/&quot;onclick=&quot;y"')
  })

  test('loads nothing, and says that it can do dark', () => {
    const page = renderHtml(notificationOf('x'))
    expect(page).not.toMatch(/<img|<link|url\(|@import|src=/)
    expect(page).toContain('<meta name="color-scheme" content="light dark"')
    expect(page).toContain('<meta name="supported-color-schemes" content="light dark"')
    expect(page).toContain('@media (prefers-color-scheme: dark)')
  })

  test('shows nothing of what a notification does not have', () => {
    const { id, event, tone, language, time } = notificationOf('x')
    const page = renderHtml({
      id,
      event,
      tone,
      language,
      time,
      subject: 's',
      title: 't',
      sentence: 'a\nb',
      facts: [],
      footer: 'f',
    })
    expect(page).toContain('a<br />b')
    expect(page).not.toMatch(/undefined|<h2|<pre|<a /)
  })

  test.each([
    ['good', '#15803d'],
    ['bad', '#c81e1e'],
    ['warning', '#b45309'],
    ['neutral', '#1d4ed8'],
  ] as const)('a %s end is %s', (tone, color) => {
    expect(renderHtml({ ...notificationOf('x'), tone })).toContain(`bgcolor="${color}"`)
  })
})
