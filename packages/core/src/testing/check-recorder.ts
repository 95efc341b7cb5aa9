import assert from 'node:assert/strict'
import { SwanLabError } from '../contract/error.ts'
import { Text } from '../data/media/text.ts'
import type { RecorderBench } from './recorder-bench.ts'

/** What whoever keeps runs promises, by title. */
export const RECORDER_CHECKS: Readonly<Record<string, (bench: RecorderBench) => Promise<void>>> = {
  'has what was logged, configured and alerted when the call returns': async (bench) => {
    const run = await bench.start([], { config: { lr: 0.1 } })
    assert.deepEqual(bench.kept('config', 'config').at(-1), { config: { lr: 0.1 } })
    const data = { loss: 0.5, bad: Number.NaN, big: Number.POSITIVE_INFINITY }
    run.log(data)
    assert.deepEqual(bench.rows, [{ step: 0, data }])
    const columns = Object.keys(data).map((key, index) => ({ key, index }))
    assert.deepEqual(bench.kept('column', 'key', 'index'), columns)
    run.config['depth'] = 3
    run.alert({ title: 'look', text: 'here' })
    assert.deepEqual(bench.kept('config', 'config').at(-1), { config: { lr: 0.1, depth: 3 } })
    assert.deepEqual(bench.kept('alert', 'title', 'text', 'level'), [{ title: 'look', text: 'here', level: 'info' }])
    assert.deepEqual(bench.reports, [])
  },

  'has a row before any other callback gets it, also while others wait for their turn': async (bench) => {
    const seen: number[] = []
    const run = await bench.start([
      {
        name: 'answering',
        onLog: ({ data }, { log }) => {
          seen.push(bench.rows.length)
          if (!('loss' in data)) return
          log({ answer: 1 })
          seen.push(bench.rows.length)
        },
      },
    ])
    run.log({ loss: 1 })
    assert.deepEqual(seen, [1, 2, 2], 'rows that were kept when another callback was called')
    assert.deepEqual(bench.rows, [
      { step: 0, data: { loss: 1 } },
      { step: 1, data: { answer: 1 } },
    ])
  },

  'has how the run ended before any other callback is called, and what those log in onStop': async (bench) => {
    const ends: unknown[] = []
    const run = await bench.start([
      {
        name: 'last',
        onStop: (_outcome, { log }) => {
          ends.push(bench.kept('finish', 'state'))
          log({ after: 1 })
        },
      },
    ])
    const ended = run.finish({ state: 'aborted' })
    assert.deepEqual(bench.kept('finish', 'state'), [{ state: 'aborted' }])
    await ended
    assert.deepEqual(ends, [[{ state: 'aborted' }]])
    assert.deepEqual(bench.rows, [{ step: 0, data: { after: 1 } }])
  },

  'has the lines of the terminal, between the rows, and goes on with their numbers': async (bench) => {
    bench.mute()
    const run = await bench.start()
    bench.print('epoch 1')
    run.log({ loss: 1 })
    bench.print('epoch 2')
    await run.finish()
    const types = bench.storage.records(bench.folder, run).map(({ type }) => type)
    assert.deepEqual(
      types.filter((type) => type === 'console' || type === 'log'),
      ['console', 'log', 'console'],
    )
    const again = await bench.start([], { id: run.id, resume: 'allow' })
    bench.print('epoch 3')
    await again.finish()
    const lines = [1, 2, 3].map((line) => ({ line, level: 'info', text: `epoch ${line}` }))
    assert.deepEqual(bench.kept('console', 'line', 'level', 'text'), lines)
  },

  'has the files of media before any callback gets their record': async (bench) => {
    const texts: string[] = []
    const run = await bench.start([
      {
        name: 'reading',
        onMedia: ({ data }) => {
          for (const path of data)
            texts.push(Buffer.from(bench.storage.media(bench.folder, bench.run, path)).toString())
        },
      },
    ])
    run.log({ 'a/note': [new Text('one', { caption: 'first' }), new Text('two')], loss: 1 })
    assert.deepEqual(texts, ['one', 'two'])
    const more = [{ caption: 'first' }, null]
    assert.deepEqual(bench.kept('media', 'key', 'step', 'more'), [{ key: 'a/note', step: 0, more }])
  },

  'takes back an earlier part of a resumed run': async (bench) => {
    const first = await bench.start([], { experimentName: 'cats', config: { lr: 1, seed: 7 } })
    first.log({ loss: 1, note: new Text('a') }, 5)
    first.log({ loss: Number.NaN }, 6)
    await first.finish()

    const columns: unknown[] = []
    const listening = {
      name: 'listening',
      onMetricCreate: ({ column, summary }: { column: { key: string; index: number }; summary: { count: number } }) =>
        void columns.push([column.key, column.index, summary.count]),
    }
    const second = await bench.start([listening], { id: first.id, resume: 'must', config: { lr: 2 } })
    assert.deepEqual([second.id, second.experimentName], [first.id, 'cats'])
    assert.deepEqual(structuredClone(second.config.toJSON()), { lr: 2, seed: 7 })
    second.log({ loss: 9 }, 5)
    second.log({ note: new Text('again') }, 5)
    second.log({ acc: 1, loss: 2 })
    const { run, lastStep, losses } = await second.finish()
    assert.deepEqual([run.resumed, lastStep, losses.duplicates], [true, 7, 2])
    assert.deepEqual(columns, [
      ['acc', 2, 1],
      ['loss', 0, 3],
    ])
    assert.deepEqual(bench.kept('log', 'step'), [{ step: 5 }, { step: 6 }, { step: 7 }])
  },

  'does not resume what there is not': async (bench) => {
    const missing = { id: 'x'.repeat(21) }
    await assert.rejects(
      bench.start([], { ...missing, resume: 'must' }),
      (error) => error instanceof SwanLabError && error.code === 'RESUME_FAILED',
    )
    assert.equal((await bench.start([], { ...missing, resume: 'allow' })).id, missing.id)
  },

  'counts media that cannot be stored, and costs nobody else anything': async (bench) => {
    const got: unknown[] = []
    const run = await bench.start([
      { name: 'listening', onLog: ({ data }) => void got.push({ ...data }), onMedia: () => void got.push('media') },
    ])
    bench.storage.breakMedia(bench.folder, run)
    run.log({ loss: 1, note: new Text('a') })
    run.log({ loss: 2, note: new Text('b') })
    const { state, steps, losses } = await run.finish()
    assert.deepEqual([state, steps, losses.records], ['finished', 2, 2])
    assert.deepEqual(got, [{ loss: 1 }, { loss: 2 }])
    assert.match(bench.reports.at(-1) ?? '', /2 records could not be written/)
  },

  'counts records that cannot be written, and the training goes on': async (bench) => {
    const got: unknown[] = []
    const run = await bench.start([{ name: 'listening', onLog: ({ data }) => void got.push(data) }])
    run.log({ loss: 1 })
    bench.storage.breakRecords!(bench.folder, run)
    for (let n = 0; n < 10; n++) run.log({ loss: n })
    const { state, steps, losses, callbacks } = await run.finish()
    assert.deepEqual([state, steps, got.length], ['finished', 11, 11])
    assert.ok((losses.records ?? 0) > 0, 'it has lost records, and `lost()` does not say so')
    assert.deepEqual(
      callbacks.filter(({ disabled }) => disabled),
      [],
    )
    assert.match(bench.reports.join('\n'), /records? could not be written/)
  },
}
