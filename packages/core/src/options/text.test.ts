import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote, show, showPath } from './show.ts'
import { cut, isBlank, tidyName, tidyText } from './text.ts'

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom('\u0000', '\n', '\u202E', '\uD800', '🦢', ' ', '"'), fc.string({ maxLength: 1 })),
})

fc.configureGlobal({ seed: 1 })

describe('text', () => {
  it('cuts on code points', () => {
    expect(cut('🦢'.repeat(4), 3)).toBe('🦢🦢🦢')
    expect(cut('🦢'.repeat(3), 3)).toBe('🦢🦢🦢')
    expect(cut('ab   cd', 4)).toBe('ab')
    expect(cut('x'.repeat(1e7), 2)).toBe('xx')
  })

  it('never grows, never exceeds the limit, never halves a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => {
        const short = cut(text, most)
        expect(text.startsWith(short)).toBe(true)
        expect(Array.from(short).length).toBeLessThanOrEqual(most)
        expect(short).not.toMatch(/\p{Cs}/u)
      }),
    )
  })

  it('keeps a name on one line and a text on several', () => {
    expect(tidyName(' a\nb\u0000c\u202Ed ')).toBe('a b c d')
    expect(tidyText(' a\n\tb\u0000c\uD800 ')).toBe('a\n\tb c')
    expect(isBlank('\u0000\n \u2028')).toBe(true)
    expect(isBlank('0')).toBe(false)
  })

  it('shows any value short and on one harmless line', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), (value) => {
        const shown = show(value)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(shown.length).toBeLessThan(700)
      }),
    )
  })

  it('shows types where values could hold secrets', () => {
    expect(show({ password: 'hunter2' })).toBe('an object')
    expect(show(['hunter2'])).toBe('a list of 1')
    expect(show(Promise.resolve('hunter2'))).toBe('a promise')
    expect(show(() => 'hunter2')).toBe('a function')
    expect(show(10n ** 5000n)).toBe('a bigint')
    expect(quote('https://me:hunter2@host/x.yaml')).toBe('"https://…"')
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    expect(show(proxy)).toBe('an object')
  })

  it('shows a path whole', () => {
    expect(showPath('/a b/\u001B[31m.yaml')).toBe('/a b/\\u{1b}[31m.yaml')
  })
})
