import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spansOf } from './ansi.ts'

const textOf = (line: string): string =>
  spansOf(line)
    .map(({ text }) => text)
    .join('')

describe('a line of a terminal', () => {
  it('has its colours, bright ones and palettes included', () => {
    expect(spansOf('a \u001B[1;31mred\u001B[0m \u001B[92;44mgreen\u001B[m')).toMatchObject([
      { text: 'a ', classes: [] },
      { text: 'red', classes: ['ansi-bold', 'ansi-red-fg'] },
      { text: ' ', classes: [] },
      { text: 'green', classes: ['ansi-bright-green-fg', 'ansi-blue-bg'] },
    ])
    expect(spansOf('\u001B[38;5;208mx')).toMatchObject([{ text: 'x', classes: [], color: 'rgb(255, 135, 0)' }])
    expect(spansOf('\u001B[48;5;250mx')).toMatchObject([{ text: 'x', background: 'rgb(188, 188, 188)' }])
    expect(spansOf('\u001B[38;2;1;2;3mx')).toMatchObject([{ text: 'x', color: 'rgb(1, 2, 3)' }])
  })

  it('links nowhere, sets no title and moves no cursor', () => {
    expect(textOf('\u001B]8;;http://evil.example\u0007click\u001B]8;;\u0007')).toBe('click')
    expect(textOf('\u001B]0;title\u001B\\a\u001B[2Kb\u001B[10;5Hc\u001B7\u001BPq\u001B\\d')).toBe('abcd')
    expect(textOf('before\u001B]8;;never ends')).toBe('before')
  })

  it('shows what could not be seen, or turns the reading direction', () => {
    expect(textOf('a\u0000b\u0007')).toBe('a␀b␇')
    expect(textOf('x\u202Etxt.exe')).toBe('x⟨202E⟩txt.exe')
    expect(textOf('tab\tstays, an end goes\r')).toBe('tab\tstays, an end goes')
  })

  it('never has more pieces than can be shown, and keeps all of its text', () => {
    const line = Array.from({ length: 4_000 }, (_, at) => `\u001B[3${at % 8}m${at % 10}`).join('')
    expect(spansOf(line).length).toBeLessThanOrEqual(301)
    expect(textOf(line)).toHaveLength(4_000)
  })

  it('is read, whatever it holds', () => {
    const bits = constantFrom('\u001B', '[', ']', '38;5;', '48;2;', '999', ';', 'm', 'K', '\u0007', '\\', 'text', '<b>')
    assert(
      property(array(bits, { maxLength: 30 }), (all) => {
        for (const { text, color = '' } of spansOf(all.join(''))) {
          expect(text).not.toContain('\u001B')
          expect(color).toMatch(/^(?:rgb\([\d, ]+\))?$/)
        }
      }),
    )
  })
})
