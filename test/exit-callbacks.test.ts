import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlePrograms, runProgram, TIMEOUT, type Blow, type Ended } from './run-program.ts'

const bundles = mkdtempSync(join(tmpdir(), 'swanlab-bundles-'))
beforeAll(() => bundlePrograms(['exit-callbacks'], bundles))
afterAll(() => rmSync(bundles, { recursive: true, force: true }))

const program = join(bundles, 'exit-callbacks.mjs')
const run = (name: string, blow?: Blow): Promise<Ended> => runProgram(program, [name, 'with'], blow)
const both = (name: string, blow?: Blow): Promise<[Ended, Ended]> =>
  Promise.all([run(name, blow), runProgram(program, [name, 'without'], blow)])
const finishes = ({ journals }: Ended): unknown[] => journals.flatMap((journal) => [...journal.finishes])
const lines = ({ ending }: Ended): string[] => ending.stdout.split('\n').filter(Boolean)

describe('every callback is notified of the end', () => {
  it('when the program exits right after a finish that nobody waits for', async () => {
    const ended = await run('finishes without waiting, and exits')
    expect(ended.ending.code).toBe(0)
    expect(lines(ended)).toEqual(['a gets finished', 'b gets finished', 'c gets finished'])
    expect(finishes(ended)).toEqual([expect.objectContaining({ state: 'finished', steps: 3 })])
  })

  it('when the program throws, before Node prints what it threw', async () => {
    const ended = await run('throws')
    expect(ended.ending.code).toBe(1)
    expect(lines(ended)).toEqual(['a gets exception', 'b gets exception', 'a gets crashed', 'b gets crashed'])
  })

  it('when a handler exits once more while the program exits', async () => {
    const ended = await run('exits once more')
    expect(ended.ending.code).toBe(9)
    expect(lines(ended)).toEqual(['a gets exit', 'b gets exit', 'a gets crashed', 'b gets crashed'])
    expect(finishes(ended)).toEqual([expect.objectContaining({ cause: { type: 'exit', code: 2 } })])
  })

  it('when a second signal does not wait for one that hangs', async () => {
    const ended = await run('is told twice')
    expect(ended.ending.signal).toBe('SIGINT')
    const expected = ['a gets signal', 'b gets signal', 'a gets aborted', 'again', 'b gets aborted']
    expect(lines(ended)).toEqual(expected)
    expect(ended.messages.join('\n')).toContain('ended before these callbacks were done: hanging (onStop).')
    expect(ended.messages.join('\n')).not.toContain('no answer')
    expect(finishes(ended)).toEqual([expect.objectContaining({ state: 'aborted' })])
  })
})

describe('the program ends as it would have', () => {
  it('handling its own end no more often than without the tracker', async () => {
    const [tracked, alone] = await both('listens to its own end')
    expect(lines(tracked)).toEqual(['beforeExit 0', 'exit 0'])
    expect(tracked.ending).toEqual(alone.ending)
  })

  it('by its signal, with a library that lets it die unless somebody else handles the signal', async () => {
    const [tracked, alone] = await both('uses a library that counts signal handlers')
    expect(tracked.ending).toMatchObject({ signal: 'SIGINT', stdout: 'cursor restored\n' })
    expect(tracked.ending).toEqual(alone.ending)
    expect(finishes(tracked)).toEqual([expect.objectContaining({ cause: { type: 'signal', signal: 'SIGINT' } })])
  })

  it('by its signal, even if it exits by itself while callbacks still hold that up', async () => {
    const [tracked, alone] = await both('exits with 0 after it was told to stop')
    expect(tracked.ending).toEqual(alone.ending)
    expect(tracked.ending.signal).toBe('SIGTERM')
  })
})

describe('a program that does not yield', () => {
  it.each<[string, Blow]>([
    ['never yields', { signal: 'SIGINT', after: 30 }],
    ['never yields', { signal: 'SIGTERM', after: 300 }],
    ['never yields, later', { signal: 'SIGHUP', after: 100 }],
  ])('%s: dies of its signal at once (%o)', async (name, blow) => {
    const [tracked, alone] = await both(name, blow)
    expect(tracked.ending).toEqual(alone.ending)
    expect(tracked.ending).toMatchObject({ signal: blow.signal, stdout: 'ready\n' })
    expect(tracked.lingered).toBeLessThan(TIMEOUT)
  })

  it('but for a moment between long stretches, dies of the first signal', async () => {
    const ended = await run('yields between stretches', { signal: 'SIGINT', after: 300 })
    expect(ended.ending).toMatchObject({ signal: 'SIGINT', stdout: 'ready\n' })
    expect(finishes(ended)).toEqual([expect.objectContaining({ state: 'aborted' })])
  })

  it('still handles its signals by itself when it does', async () => {
    const [tracked, alone] = await both('handles its signal after a stretch')
    expect(tracked.ending).toEqual(alone.ending)
    expect(finishes(tracked)).toEqual([expect.objectContaining({ state: 'finished' })])
  })
})

describe('when a callback calls process.exit, every other callback still gets every moment', () => {
  const momentsOf = (who: string, ended: Ended): string[] =>
    lines(ended).flatMap((line) => (line.startsWith(`${who} `) ? [line.slice(who.length + 1)] : []))
  // Step 0 is the program's first, step 1 has two keys, one of them new, and what the callback adds comes last.
  const START = ['onInit', 'onRun']
  const FIRST = ['onRuntimeInfoUpdate', 'onColumnCreate', 'onLog', 'onMetricCreate']
  const SECOND = ['onColumnCreate', 'onLog', 'onMetricCreate', 'onMetricCreate']
  const ADDED = ['onLog', 'onMetricCreate']
  const ONLY = ['onColumnCreate', ...ADDED]
  const END = ['onError', 'onStop']

  it.each<[moment: string, rows: number, moments: string[]]>([
    ['onRun', 1, [...START, ...ONLY, ...END]],
    ['onRun later', 1, [...START, ...ONLY, ...END]],
    ['onRuntimeInfoUpdate', 1, [...START, 'onRuntimeInfoUpdate', ...ONLY, ...END]],
    ['onColumnCreate', 3, [...START, ...FIRST, ...SECOND, ...ADDED, ...END]],
    ['onLog', 3, [...START, ...FIRST, ...SECOND, ...ADDED, ...END]],
    ['onMetricCreate', 3, [...START, ...FIRST, ...SECOND, ...ADDED, ...END]],
    ['onAlert', 3, [...START, ...FIRST, ...SECOND, 'onAlert', ...ADDED, ...END]],
    ['onError', 3, [...START, ...FIRST, ...SECOND, 'onAlert', 'onError', ...ADDED, 'onStop']],
    ['onStop', 3, [...START, ...FIRST, ...SECOND, 'onAlert', 'onStop']],
  ])('in %s', async (moment, rows, expected) => {
    const ended = await run(`exits inside ${moment}`)
    expect(ended.ending).toMatchObject({ code: 7, signal: null, stderr: '' })
    expect(momentsOf('first', ended)).toEqual(expected)
    expect(momentsOf('last', ended)).toEqual(expected)
    expect(ended.journals).toEqual([expect.objectContaining({ rows, finishes: [expect.anything()] })])
  })

  it('in onInit, those who had started are stopped', async () => {
    const ended = await run('exits inside onInit')
    expect(ended.ending).toMatchObject({ code: 7, stdout: 'first onInit\nfirst onStop\n', stderr: '' })
    expect(ended.journals).toEqual([])
  })
})
