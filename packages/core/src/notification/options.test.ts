import { describe, expect, test } from 'vitest'
import { checkOptions, type OptionRule } from './options.ts'

const RULES: Readonly<Record<string, OptionRule>> = {
  webhookUrl: { expected: 'a URL', accepts: (value) => value === 'good', required: true, secret: true },
  receivers: { expected: 'a list', accepts: (value) => Array.isArray(value) && value.length < 3 },
}

const messageOf = (given: unknown): string => {
  try {
    checkOptions('SlackCallback', given, RULES)
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_OPTION' })
    return error instanceof Error ? error.message : ''
  }
}

describe('options', () => {
  test.each([
    [{ webhookUrl: 'good' }, 'accepted'],
    [{ webhookUrl: 'good', receivers: undefined }, 'accepted'],
    [{}, 'SlackCallback needs the option "webhookUrl": a URL.'],
    [{ webhook_url: 'x' }, 'SlackCallback has no option "webhook_url"; did you mean "webhookUrl"?'],
    [{ zzz: 'x' }, 'SlackCallback has no option "zzz"; its options are webhookUrl, receivers.'],
    [undefined, 'SlackCallback takes one object of options, not undefined.'],
    ['hunter2', 'SlackCallback takes one object of options, not a value of type string.'],
    [[], 'SlackCallback takes one object of options, not a list.'],
    [{ webhookUrl: 'good', receivers: 1 }, 'SlackCallback: the option "receivers" must be a list, not 1.'],
    [
      { webhookUrl: 'good', receivers: ['a\n', 'b', {}] },
      'SlackCallback: the option "receivers" must be a list, not ["a", "b", a value of type object].',
    ],
  ])('%j: %s', (given, message) => {
    expect(messageOf(given)).toBe(message)
  })

  test('a secret that is wrong is not quoted', () => {
    expect(messageOf({ webhookUrl: 'hunter2' })).toBe('SlackCallback: the option "webhookUrl" must be a URL.')
  })

  test('names of built-in members are unknown like any other', () => {
    expect(messageOf(JSON.parse('{"__proto__": 1, "webhookUrl": "good"}'))).toContain('has no option "__proto__"')
    expect(messageOf({ constructor: 1 })).toContain('has no option "constructor"')
  })
})
