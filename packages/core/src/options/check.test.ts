import { describe, expect, it } from 'vitest'
import { checkOptions, type Check } from './check.ts'

const CHECKS: Readonly<Record<string, Check>> = {
  webhookUrl: ['a URL', (value) => value === 'good', { required: true, secret: true }],
  retries: ['a number', (value) => typeof value === 'number'],
  receivers: [
    'a list of text',
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    { wrong: (value) => (Array.isArray(value) ? value.find((item) => typeof item !== 'string') : value) },
  ],
}

function messageOf(options: unknown): string {
  try {
    checkOptions('SlackCallback', options, CHECKS)
    return 'accepted'
  } catch (error) {
    expect(error).toMatchObject({ name: 'SwanLabError', code: 'INVALID_OPTION' })
    return (error as Error).message
  }
}

describe('checkOptions', () => {
  it.each([
    [{ webhookUrl: 'good' }, 'accepted'],
    [{ webhookUrl: 'good', receivers: undefined }, 'accepted'],
    [{}, 'Wrong options for SlackCallback:\n  webhookUrl: is needed; it takes a URL'],
    [
      { webhook_url: 'x' },
      'Wrong options for SlackCallback:\n  "webhook_url": no such option; did you mean "webhookUrl"?\n  webhookUrl: is needed; it takes a URL',
    ],
    [
      { webhookUrl: 'good', zzz: 'hunter2' },
      'Wrong options for SlackCallback:\n  "zzz": no such option; there are webhookUrl, retries, receivers',
    ],
    [undefined, 'Wrong options for SlackCallback:\n  options: takes an object of options, but got undefined'],
    [[], 'Wrong options for SlackCallback:\n  options: takes an object of options, but got a list of 0'],
    [{ webhookUrl: 'good', retries: '3' }, 'Wrong options for SlackCallback:\n  retries: takes a number, but got "3"'],
  ])('says of %j: %s', (options, message) => {
    expect(messageOf(options)).toBe(message)
  })

  it('names every problem at once', () => {
    expect(messageOf({ retries: 'many', receivers: 1, typo: 2 }).split('\n')).toHaveLength(5)
  })

  it('does not show the value of a secret, nor text in place of the options', () => {
    expect(messageOf({ webhookUrl: 'hunter2' })).toBe('Wrong options for SlackCallback:\n  webhookUrl: takes a URL')
    expect(messageOf('hunter2')).toContain('takes an object of options, but got text')
  })

  it('shows the part of a value that is wrong, where the option knows it', () => {
    expect(messageOf({ webhookUrl: 'good', receivers: ['a', 7] })).toContain(
      'receivers: takes a list of text, but got 7',
    )
  })

  it('takes names of built-in members for unknown ones', () => {
    expect(messageOf(JSON.parse('{"__proto__": 1, "webhookUrl": "good"}'))).toContain('"__proto__": no such option')
    expect(messageOf({ constructor: 1 })).toContain('"constructor": no such option')
  })

  it('survives options that cannot be read', () => {
    const trap = Object.defineProperty({}, 'retries', {
      enumerable: true,
      get: () => {
        throw new Error('boom')
      },
    })
    expect(messageOf(trap)).toContain('options: cannot be read; it threw an error when asked')
  })
})
