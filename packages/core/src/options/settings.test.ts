import { describe, expect, it } from 'vitest'
import { SwanLabError } from '../contract/error.ts'
import type { Report } from '../text/reporter.ts'
import { Settings } from './settings.ts'

const messageOf = (options: unknown): string => {
  try {
    Reflect.construct(Settings, [options])
  } catch (error) {
    if (error instanceof SwanLabError && error.code === 'INVALID_OPTION') return error.message
    throw error
  }
  throw new Error('it was accepted')
}

const report: Report = () => {}

describe('Settings', () => {
  it('has defaults', () => {
    expect(new Settings()).toMatchObject({
      durability: 'write',
      metadataCollect: true,
      requirementsCollect: true,
      logLevel: 'info',
      callbackTimeout: 10_000,
      background: true,
      console: 'all',
      consoleLineLength: 1_024,
      clock: Date.now,
      report: expect.any(Function) as unknown,
    })
  })

  it('keeps what is given, and takes undefined and null for not given', () => {
    const settings = new Settings({
      durability: 'sync',
      metadataCollect: false,
      callbackTimeout: 0.5,
      report,
      clock: undefined,
    })
    expect(settings).toMatchObject({
      durability: 'sync',
      metadataCollect: false,
      callbackTimeout: 0.5,
      report,
      clock: Date.now,
    })
    expect(Reflect.construct(Settings, [{ logLevel: null }])).toMatchObject({ logLevel: 'info' })
  })

  it('cannot be changed', () => {
    const settings = new Settings()
    expect(() => Object.assign(settings, { background: false })).toThrow(TypeError)
    expect(settings.background).toBe(true)
  })

  it('names every problem at once, and no value of what it does not know', () => {
    const options = {
      durabilty: 'hunter2',
      metadataCollect: 'yes',
      callbackTimeout: Infinity,
      logLevel: 'loud',
      clock: 5,
    }
    expect(messageOf(options)).toBe(
      [
        'Wrong options for Settings:',
        '  "durabilty": no such setting; did you mean "durability"?',
        '  settings.metadataCollect: takes true or false, but got "yes"',
        '  settings.callbackTimeout: takes a number of milliseconds above 0, at most 2147483647, but got Infinity',
        '  settings.logLevel: takes "debug" or "info" or "warn" or "error" or "silent", but got "loud"',
        '  settings.clock: takes a function, but got 5',
      ].join('\n'),
    )
  })

  it.each([0, -1, NaN, 2 ** 31, '10'])('refuses %s as callbackTimeout', (callbackTimeout) => {
    expect(messageOf({ callbackTimeout })).toContain('settings.callbackTimeout: takes a number of milliseconds')
  })

  it.each([499, 4_097, 600.5, '1024'])('refuses %s as consoleLineLength', (consoleLineLength) => {
    expect(messageOf({ consoleLineLength })).toContain('settings.consoleLineLength: takes a whole number of characters')
  })

  it('suggests the TypeScript spelling for the Python one', () => {
    expect(messageOf({ metadata_collect: true })).toContain('did you mean "metadataCollect"?')
    expect(messageOf({ hardwareMonitor: true })).toContain('there are durability, metadataCollect, ')
  })

  it.each([[null], ['sync'], [[]]])('refuses %j in place of an object', (options) => {
    expect(messageOf(options)).toContain('settings: takes an object of options')
  })

  it('survives an object that throws, and a crowd of unknown names', () => {
    const trap = Object.defineProperty({}, 'durability', {
      enumerable: true,
      get: () => {
        throw new Error('boom')
      },
    })
    expect(messageOf(trap)).toContain('settings: cannot be read')
    expect(messageOf(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x${i}`, i])))).toMatch(
      /and 4980 more$/,
    )
  })
})

describe('redact', () => {
  it('is kept as it was given, whatever becomes of the lists', () => {
    const keys = ['customer']
    const { redact } = new Settings({ redact: { keys, patterns: [/ACME-\d+/] } })
    keys.push('more')
    expect(redact).toEqual({ keys: ['customer'], patterns: [/ACME-\d+/] })
    expect(new Settings({ redact: false }).redact).toBe(false)
    expect(new Settings().redact).toBe(true)
  })

  it.each<[unknown, string]>([
    [
      'hunter2',
      'settings.redact: takes true, false, a function, or an object with "keys" or "patterns", but got text of 7 characters',
    ],
    [[/hunter2/], 'but got a list of 1'],
    [/hunter2/, 'but got a RegExp'],
    [{ key: ['hunter2'] }, 'settings.redact: has no "key"; did you mean "keys"?'],
    [{ keys: 'hunter2' }, 'settings.redact.keys: takes a list of at most 1000, but got text of 7 characters'],
    [{ keys: ['a', 7] }, 'settings.redact.keys[1]: takes the name of a key, or a RegExp, but got number'],
    [{ keys: ['__'] }, 'settings.redact.keys[0]: takes the name of a key, or a RegExp, but got text of 2 characters'],
    [
      { patterns: ['abc'] },
      'settings.redact.patterns[0]: takes text of at least 4 characters, or a RegExp that does not match',
    ],
    [
      { patterns: [/x*/] },
      'settings.redact.patterns[0]: takes text of at least 4 characters, or a RegExp that does not match the empty text, but got a RegExp',
    ],
  ])('%j is refused without being shown', (redact, message) => {
    expect(messageOf({ redact })).toContain(message)
    expect(messageOf({ redact })).not.toContain('hunter2')
  })
})
