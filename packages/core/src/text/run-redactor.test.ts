import { describe, expect, test } from 'vitest'
import type { Redact } from '../contract/redact.ts'
import { startCpuTimer } from '../data/testing/cpu-timer.ts'
import { processRedactor, RunRedactor } from './run-redactor.ts'

function redactorOf(redact: Redact, own: readonly string[] = []): { redactor: RunRedactor; reports: string[] } {
  const reports: string[] = []
  const env = { SERVICE_TOKEN: 's3cr3t-of-the-environment' }
  const report = (level: string, message: string): void => void reports.push(`${level}: ${message}`)
  return { redactor: new RunRedactor({ redact, env, own, report }), reports }
}

describe('keys', () => {
  const { redactor } = redactorOf({ keys: ['customerId', /^pii_/] })

  test('mask whatever stands under them, however they are written, numbers too', () => {
    const given = { customer_id: 1, CUSTOMERID: ['a'], deep: [{ pii_age: 3, age: 3 }], 'customer-id': null }
    expect(redactor.json(given, 'config')).toEqual({
      customer_id: '****',
      CUSTOMERID: '****',
      deep: [{ pii_age: '****', age: 3 }],
      'customer-id': null,
    })
  })

  test('are found in texts and on command lines', () => {
    expect(redactor.text('customerId: Bob, {"pii_name":"Bob"} x.customerId=7 --customer-id Bob', 'console')).toBe(
      'customerId: ****, {"pii_name":"****"} x.customerId=**** --customer-id ****',
    )
    expect(redactor.command(['node', '--customer-id', 'Bob', '--pii_age=3', '--lr=1'])).toBe(
      'node --customer-id **** --pii_age=**** --lr=1',
    )
    expect(redactor.text("{ customerId: [ 7, 'Bob' ], pii_name: { first: 'Bob' }, n: 1 }", 'console')).toBe(
      '{ customerId: ****, pii_name: ****, n: 1 }',
    )
  })
})

test('a pattern for keys that would take for ever masks the value, which is reported once', () => {
  const { redactor, reports } = redactorOf({ keys: ['never', /^(a+)+$/] })
  const name = `${'a'.repeat(60)}!`
  const cpuTime = startCpuTimer()
  for (let at = 0; at < 100; at++) expect(redactor.json({ [name]: 1 }, 'config')).toEqual({ [name]: '****' })
  expect(cpuTime()).toBeLessThan(5_000)
  expect(reports).toEqual([
    expect.stringContaining('error: settings.redact.keys[1] took too long on a name of 61 characters'),
  ])
})

describe('patterns', () => {
  test('are masked wherever they stand, in names too, and names that look alike then stay apart', () => {
    const { redactor } = redactorOf({ patterns: ['a+b.c', /user-\d/i] })
    expect(redactor.text('a+b.c aab-c USER-12', 'console')).toBe('**** aab-c ****2')
    expect(redactor.json({ 'user-1': 1, 'user-2': 2, list: ['x user-3'] }, 'config')).toEqual({
      '****': 1,
      '**** (2)': 2,
      list: ['x ****'],
    })
  })

  test('that would take for ever mask the whole text, which is reported once, and are given up', () => {
    const { redactor, reports } = redactorOf({ patterns: ['never', /^(a+)+$/] })
    const text = `${'a'.repeat(60)}!`
    const cpuTime = startCpuTimer()
    for (let at = 0; at < 100; at++) expect(redactor.text(text, 'console')).toBe('****')
    expect(cpuTime()).toBeLessThan(5_000)
    expect(reports).toEqual([
      expect.stringContaining('error: settings.redact.patterns[1] took too long on a text of 61 characters'),
    ])
  })
})

describe('a function', () => {
  test('gets what is left with its path, and answers what is recorded', () => {
    const asked: unknown[] = []
    const { redactor } = redactorOf((value, path) => {
      asked.push([value, path])
      return typeof value === 'number' ? null : value === 'Bob' ? 'B.' : value
    })
    expect(redactor.json({ db: { user: 'Bob', port: 1, password: 'x' }, on: true }, 'config')).toEqual({
      db: { user: 'B.', port: null, password: '****' },
      on: true,
    })
    expect(redactor.text('Bob', 'error.message')).toBe('B.')
    expect(asked).toEqual([
      ['Bob', ['config', 'db', 'user']],
      [1, ['config', 'db', 'port']],
      ['****', ['config', 'db', 'password']],
      [true, ['config', 'on']],
      ['Bob', ['error', 'message']],
    ])
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('Bob')
      },
    ],
    ['answers nothing', () => undefined],
    ['answers an object', () => ({ name: 'Bob' })],
    ['answers no number', () => Number.NaN],
    ['is async', async () => Promise.reject(new Error('Bob'))],
  ])('that %s costs the whole value, and is reported once without it', (_, ask) => {
    const { redactor, reports } = redactorOf(ask as never)
    expect(redactor.json({ name: 'Bob', other: ['Bob'] }, 'config')).toEqual({ name: '****', other: ['****'] })
    expect(redactor.text('Bob', 'console')).toBe('****')
    expect(reports).toHaveLength(1)
    expect(reports[0]).toContain('settings.redact threw, or answered nothing that can be recorded, for config.name')
    expect(reports[0]).not.toContain('Bob')
  })

  test('may not make anything but text of a text', () => {
    const { redactor } = redactorOf(() => 7)
    expect(redactor.text('Bob', 'console')).toBe('****')
  })
})

describe('what is masked by default', () => {
  const TEXT = 'token=abc https://me:pw@host s3cr3t-of-the-environment our-own-key'

  test('goes on being masked beside rules', () => {
    const { redactor } = redactorOf({ keys: ['x'] }, ['our-own-key'])
    expect(redactor.text(TEXT, 'console')).toBe('token=**** https://host **** ****')
  })

  test('is not with false, but for our own keys', () => {
    const { redactor } = redactorOf(false, ['our-own-key'])
    expect(redactor.text(TEXT, 'console')).toBe('token=abc https://me:pw@host s3cr3t-of-the-environment ****')
    expect(redactor.json({ apiKey: 'abc' }, 'config')).toEqual({ apiKey: 'abc' })
    expect(redactor.command(['--api-key', 'abc', '-k', 'abc123'])).toBe('--api-key abc -k abc123')
  })
})

test('rules are the same in another process, functions stay', () => {
  const { redactor } = redactorOf({ keys: ['who', /^pii/i], patterns: ['Bob.', /ACME-\d+/i] })
  redactor.add(() => 'unused', 'a callback')
  const there = processRedactor(JSON.parse(JSON.stringify(redactor.sent)))
  expect(there.text('who=x PII1=2 Bob. acme-7 Bobs', 'alert.text')).toBe('who=**** PII1=**** **** **** Bobs')
})
