import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ACCOUNT_MESSAGES } from './account-messages.ts'
import { KEY_MESSAGES } from './key-messages.ts'
import { CHART_MESSAGES } from './chart-messages.ts'
import { MESSAGES } from './messages.ts'
import { SAVE_MESSAGES } from './save-messages.ts'
import { SCREEN_MESSAGES } from './screen-messages.ts'

const ALL = Object.entries({
  ...MESSAGES,
  ...CHART_MESSAGES,
  ...SCREEN_MESSAGES,
  ...SAVE_MESSAGES,
  ...KEY_MESSAGES,
  ...ACCOUNT_MESSAGES,
})
/** Words that are the same in both languages, and switches to the other one. */
const SAME = /^(?:EMA|id \{id\}|NaN|CSV|laptop|n|English|中文)$/

/** Names of what is filled in. */
const placeholders = (text: string): string[] =>
  [...new Set(Array.from(text.matchAll(/\{(?<name>\w+)/g), ({ groups }) => groups!['name']!))].toSorted()

it.each(ALL)('%s says the same in English and Chinese', (_, [en, zh]) => {
  expect(placeholders(zh)).toEqual(placeholders(en))
  if (SAME.test(en) || SAME.test(zh)) return
  expect(en).not.toMatch(/\p{Script=Han}/u)
  expect(zh.replaceAll(/\{\w+\}/g, '')).toMatch(/\p{Script=Han}|^[^a-z]*$/u)
})

it('every message is said somewhere', () => {
  const page = fileURLToPath(new URL('..', import.meta.url))
  const text = readdirSync(page, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('messages.ts'))
    .map((name) => readFileSync(join(page, name), 'utf8'))
    .join('\n')
  const unsaid = ALL.map(([key]) => key).filter((key) => {
    const family = key.slice(0, key.lastIndexOf('.') + 1)
    return !text.includes(`'${key}'`) && !text.includes(`\`${family}\${`)
  })
  expect(unsaid).toEqual([])
})
