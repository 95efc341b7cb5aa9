import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cause } from '@swanlab/core/internal'
import { composeAlert, composeEnd, composeMessage, composeStart } from './compose.ts'
import type { Notification } from './notification.ts'
import { sampleAlert, sampleOutcome, sampleRun, sampleSummary } from '@swanlab/core/testing'
import { plainText } from './text.ts'

const factsOf = (notification: Notification): Record<string, string> =>
  Object.fromEntries(notification.facts.map(({ key, value }) => [key, value]))

describe('the end of a run', () => {
  test('names the run, how it went and where to look, in order', () => {
    const notification = composeEnd(sampleOutcome(), 'en')
    expect(notification).toMatchObject({
      event: 'ended',
      tone: 'good',
      language: 'en',
      time: 1_700_000_723_000,
      subject: 'SwanLab | Run swan-1 finished (iris)',
      title: 'Run swan-1 finished',
      sentence: 'Your experiment finished after 12 min 3 s, at step 99; last loss 0.25.',
      link: { label: 'Open experiment', url: 'https://swanlab.cn/@botany/iris/runs/abc' },
      config: {
        heading: 'Configuration',
        rows: [
          { key: 'lr', value: '0.001' },
          { key: 'model', value: 'mlp' },
        ],
      },
      metrics: { heading: 'Final metrics', rows: [{ key: 'loss', last: '0.25', min: '0.25', max: '1.5' }] },
    })
    expect(notification.facts.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      'Project: iris',
      'Workspace: botany',
      'Experiment: swan-1',
      'Description: A first try',
      'Link: https://swanlab.cn/@botany/iris/runs/abc',
      'State: finished',
      'Duration: 12 min 3 s',
      'Ended: 2023-11-14 22:25:23 UTC',
      'Steps: 100 logged, last step 99',
    ])
  })

  test('can be in Chinese', () => {
    const cause: Cause = { type: 'exit', code: 3, inside: 'csv.onStop' }
    const notification = composeEnd(sampleOutcome({ state: 'crashed', cause }), 'zh')
    expect(notification).toMatchObject({
      language: 'zh',
      subject: 'SwanLab | 实验 swan-1 已崩溃：退出码 3，第 99 步（iris）',
      title: '实验 swan-1 已崩溃：退出码 3，第 99 步',
      sentence:
        '您的实验在运行 12 分 3 秒后崩溃：进程以退出码 3 结束（位于 csv.onStop），位于第 99 步；最后 loss 为 0.25。',
      link: { label: '查看实验' },
      metrics: { heading: '最终指标', columns: { key: '指标', last: '最终值', min: '最小值', max: '最大值' } },
    })
    expect(factsOf(notification)).toMatchObject({ cause: '进程以退出码 3 结束（位于 csv.onStop）', state: '已崩溃' })
    expect(notification.facts.map(({ label }) => label)).toEqual([
      '项目',
      '工作区',
      '实验名',
      '描述',
      '实验链接',
      '状态',
      '原因',
      '用时',
      '结束时间',
      '步数',
    ])
  })

  test.each([
    ['finished', 'good'],
    ['crashed', 'bad'],
    ['aborted', 'warning'],
  ] as const)('the state alone decides: %s is %s, with an error or without', (state, tone) => {
    const error = { name: 'Error', message: '' }
    for (const outcome of [sampleOutcome({ state }), sampleOutcome({ state, error })]) {
      expect(composeEnd(outcome, 'en')).toMatchObject({ tone, title: `Run swan-1 ${state}` })
    }
  })

  test.each([
    [{ type: 'exit', code: 3 }, 'the process exited with code 3'],
    [{ type: 'exit', code: 3, inside: 'csv.onStop' }, 'the process exited with code 3 inside csv.onStop'],
    [{ type: 'exception' }, 'uncaught exception'],
    [{ type: 'signal', signal: 'SIGTERM' }, 'signal SIGTERM'],
    [{ type: 'reported' }, 'reported by the program itself'],
    [{ type: 'lost' }, 'contact was lost; nobody saw the end'],
    [{ type: 'killed', evidence: [] }, 'killed (SIGKILL)'],
    [{ type: 'oom-killed', evidence: [] }, 'killed because memory ran out'],
    [{ type: 'crashed-natively', signal: 'SIGSEGV', evidence: [] }, 'crashed in native code (SIGSEGV)'],
    [{ type: 'lost-contact', evidence: [] }, 'contact lost: the process is gone, and nothing says why'],
    [{ type: 'struck by lightning' }, 'struck by lightning'],
  ])('%j is "%s"', (cause, words) => {
    const outcome = Object.assign(sampleOutcome({ state: 'crashed' }), { cause })
    expect(factsOf(composeEnd(outcome, 'en'))['cause']).toBe(words)
  })

  test.each([
    [{ type: 'killed', evidence: [] }, 'crashed: killed at step 99'],
    [{ type: 'oom-killed', evidence: [] }, 'crashed: out of memory at step 99'],
    [{ type: 'lost-contact', evidence: [] }, 'crashed: contact lost at step 99'],
    [{ type: 'exit', code: 3 }, 'crashed: exit code 3 at step 99'],
    [{ type: 'signal', signal: 'SIGHUP' }, 'crashed: SIGHUP at step 99'],
    [{ type: 'struck by lightning' }, 'crashed'],
  ])('%j is in the title and the subject', (cause, words) => {
    const notification = composeEnd(Object.assign(sampleOutcome({ state: 'crashed' }), { cause }), 'en')
    expect(notification).toMatchObject({
      title: `Run swan-1 ${words}`,
      subject: `SwanLab | Run swan-1 ${words} (iris)`,
    })
  })

  test('the first sentence says why, where, and what the losses were', () => {
    const keys = ['lr', 'accuracy', 'val/loss', 'loss']
    const summary = Object.fromEntries(keys.map((key, at) => [key, sampleSummary(at)]))
    const killed: Cause = { type: 'killed', evidence: [] }
    expect(composeEnd(sampleOutcome({ state: 'crashed', cause: killed, summary }), 'en').sentence).toBe(
      'Your experiment crashed after 12 min 3 s: killed (SIGKILL), at step 99; last val/loss 2, loss 3, lr 0.',
    )
    const bare = sampleOutcome({ state: 'aborted', cause: { type: 'signal', signal: 'SIGINT' }, summary: {} })
    expect(composeEnd({ ...bare, lastStep: undefined }, 'en')).toMatchObject({
      title: 'Run swan-1 aborted: SIGINT',
      sentence: 'Your experiment was stopped after 12 min 3 s: signal SIGINT.',
    })
  })

  test.each([Number.NaN, Infinity, 9e15])('a time that no calendar has is left out: %s', (endTime) => {
    expect(factsOf(composeEnd(sampleOutcome({ endTime }), 'en'))).not.toHaveProperty('ended')
  })

  test('what is absent is left out, and nothing says undefined, None or null', () => {
    const run = sampleRun({ workspace: undefined, description: '', url: undefined, dir: undefined, config: {} })
    const notification = composeEnd(sampleOutcome({ run, summary: {}, steps: 0, lastStep: undefined }), 'en')
    expect(Object.keys(factsOf(notification))).toEqual(['project', 'experiment', 'state', 'duration', 'ended', 'steps'])
    expect(plainText(notification)).not.toMatch(/undefined|None|null|Final metrics|Configuration|Error/)
  })

  test('a run without a page says where its files are', () => {
    const facts = factsOf(composeEnd(sampleOutcome({ run: sampleRun({ url: undefined }) }), 'en'))
    expect(facts).toMatchObject({ folder: '/data/swanlog/run-1' })
    expect(facts).not.toHaveProperty('link')
  })

  test.each(['javascript:alert(1)', 'https://me:pw@host/', '/relative', `https://host/${'x'.repeat(2000)}`])(
    'no link to %.40s',
    (url) => {
      const notification = composeEnd(sampleOutcome({ run: sampleRun({ url }) }), 'en')
      expect(notification.link).toBeUndefined()
      expect(factsOf(notification)).not.toHaveProperty('link')
    },
  )
})

describe('other moments', () => {
  test('a start has a neutral tone', () => {
    expect(composeStart(sampleRun(), 'en')).toMatchObject({
      event: 'started',
      tone: 'neutral',
      title: 'Run swan-1 started',
      subject: 'SwanLab | Run swan-1 started (iris)',
    })
  })

  test.each([
    ['info', 'neutral'],
    ['warn', 'warning'],
    ['error', 'bad'],
  ] as const)('an alert of level %s is %s', (level, tone) => {
    const notification = composeAlert(sampleAlert({ level, rule: 'nan' }), sampleRun(), 'en')
    expect(notification).toMatchObject({
      event: 'alert',
      tone,
      title: 'loss is NaN',
      subject: 'SwanLab | loss is NaN (swan-1, iris)',
      sentence: 'Look at it.',
    })
    expect(factsOf(notification)).toMatchObject({ step: '7', rule: 'nan', project: 'iris' })
  })

  test('an alert of an unknown run still has its text', () => {
    expect(composeAlert(sampleAlert(), undefined, 'zh')).toMatchObject({ subject: 'SwanLab | loss is NaN' })
  })

  test('text of the user is not changed', () => {
    const notification = composeMessage({ title: 'Hello', text: 'one\ntwo', time: 5 }, 'en')
    expect(notification).toMatchObject({ event: 'message', subject: 'Hello', sentence: 'one\ntwo', facts: [], time: 5 })
  })
})

describe('every notification', () => {
  test('has an id of its own that survives a second composing, and survives JSON', () => {
    const ended = composeEnd(sampleOutcome(), 'en')
    expect(ended.id).toMatch(/^[\da-f]{32}$/)
    expect(composeEnd(sampleOutcome(), 'en').id).toBe(ended.id)
    expect(composeEnd(sampleOutcome({ endTime: 1 }), 'en').id).not.toBe(ended.id)
    expect(JSON.parse(JSON.stringify(ended))).toEqual(ended)
  })

  test('is bounded and clean, whatever a run is called', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\r\nBcc: x'.repeat(2000)))
    fc.assert(
      fc.property(hostile, hostile, fc.constantFrom('en', 'zh'), (text, other, language) => {
        const run = sampleRun({
          experimentName: text,
          project: other,
          workspace: text,
          description: other,
          url: text,
          config: { [text]: other, [other]: { [text]: [other] } },
        })
        const error = { name: text, message: other, stack: text + other }
        const summary = { [text]: sampleSummary(1), [other]: sampleSummary(2) }
        const callbacks = [{ name: text, failures: 1, disabled: false }]
        const ended = composeEnd(
          sampleOutcome({ run, error, summary, callbacks, cause: { type: 'signal', signal: text } }),
          language,
        )
        const alert = composeAlert(sampleAlert({ title: text, text: other, rule: text }), run, language)
        for (const notification of [ended, alert, composeStart(run, language)]) {
          expect(notification.subject.length).toBeLessThanOrEqual(200)
          expect(notification.title.length).toBeLessThanOrEqual(120)
          expect(notification.subject + notification.title).not.toMatch(/[\r\n]/)
          expect(plainText(notification)).not.toMatch(/[^\P{Cc}\n\t]/u)
          expect(JSON.stringify(notification).length).toBeLessThan(30_000)
        }
      }),
      { numRuns: 50, seed: 1 },
    )
  })
})
