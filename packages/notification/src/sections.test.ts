import { describe, expect, test } from 'vitest'
import { composeEnd } from './compose.ts'
import { sampleOutcome, sampleRun, sampleSummary } from '@swanlab/core/testing'
import { plainText } from './text.ts'

describe('the message about an end', () => {
  test('shows the end of a long error, and the message once', () => {
    const frames = Array.from({ length: 200 }, (_, index) => `    at step${index} (train.ts:${index})`).join('\n')
    const error = { name: 'TypeError', message: 'x is\u001B[31m not\u001B[0m a function', stack: '' }
    const stack = `TypeError: ${error.message}\n${frames}`
    const section = composeEnd(sampleOutcome({ state: 'crashed', error: { ...error, stack } }), 'en').error
    expect(section).toMatchObject({ name: 'TypeError', message: 'x is not a function' })
    expect(section?.stackTail).toMatch(/^….*\nat step199 \(train\.ts:199\)$/s)
    expect(section?.stackTail?.length).toBeLessThanOrEqual(2000)
    expect(section?.stackTail).not.toContain('is not a function')
  })

  test('lists the first 20 metrics and counts the others', () => {
    const summary = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`m${index}`, sampleSummary(index)]))
    const { metrics } = composeEnd(sampleOutcome({ summary }), 'en')
    expect(metrics?.rows.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, index) => `m${index}`))
    expect(metrics?.more).toBe('and 5 more')
  })

  test('a metric that was only ever NaN has no range', () => {
    const summary = { loss: { last: NaN, lastStep: 3, count: 4 } }
    const rows = composeEnd(sampleOutcome({ summary }), 'en').metrics?.rows
    expect(rows).toEqual([{ key: 'loss', last: 'NaN', min: undefined, max: undefined }])
  })

  test('masks what sounds secret in the configuration, and only that', () => {
    const config = {
      api_key: 'hunter2',
      openaiApiKey: 'hunter2',
      db: { password: 'hunter2', host: 'db' },
      token: 'hunter2',
      url: 'redis://user:hunter2@cache',
      pad_token: '<pad>',
      max_tokens: 512,
    }
    const rows = composeEnd(sampleOutcome({ run: sampleRun({ config }) }), 'en').config?.rows ?? []
    expect(JSON.stringify(rows)).not.toContain('hunter2')
    const values = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
    expect(values).toMatchObject({ pad_token: '<pad>', max_tokens: '512', db: '{"password":"****","host":"db"}' })
  })

  test('shows the last lines of the terminal, when the run did not finish well', () => {
    const texts = [
      'epoch 1\t  loss 0.5',
      '  at \u001B[31mline\u001B[0m\n2',
      'https://user:hunter2@host/x',
      'y'.repeat(300),
    ]
    const lastLines = texts.map((text, at) => ({ line: at + 1, level: 'info' as const, text, time: 0 }))
    const crashed = composeEnd(sampleOutcome({ state: 'crashed', lastLines }), 'en')
    expect(crashed.terminal).toEqual({
      heading: 'Last lines of the terminal',
      rows: ['epoch 1\t  loss 0.5', '  at line 2', expect.not.stringContaining('hunter2'), `${'y'.repeat(199)}…`],
    })
    expect(plainText(crashed)).toContain('Last lines of the terminal\nepoch 1\t  loss 0.5\n  at line 2\n')
    expect(composeEnd(sampleOutcome({ state: 'aborted', lastLines }), 'zh').terminal?.heading).toBe('终端最后输出')
    expect(composeEnd(sampleOutcome({ lastLines }), 'en').terminal).toBeUndefined()
    expect(composeEnd(sampleOutcome({ state: 'crashed' }), 'en').terminal).toBeUndefined()
  })

  test('says what was lost, and which callbacks failed', () => {
    const outcome = sampleOutcome({
      losses: { records: 1, values: 3, duplicates: 0 },
      callbacks: [
        { name: 'csv', failures: 5, disabled: true },
        { name: 'slack', failures: 0, disabled: false },
      ],
    })
    expect(composeEnd(outcome, 'en').notes).toEqual({
      heading: 'Please note',
      rows: [
        '1 record could not be written to disk.',
        '3 values could not be recorded, not being numbers.',
        'Callback csv failed 5 times and was switched off.',
      ],
      more: undefined,
    })
    expect(composeEnd(sampleOutcome(), 'en').notes).toBeUndefined()
    const later = { futureKind: 4 }
    expect(composeEnd(Object.assign(sampleOutcome(), { losses: later }), 'en').notes?.rows).toContain(
      'Lost: futureKind (4).',
    )
  })
})
