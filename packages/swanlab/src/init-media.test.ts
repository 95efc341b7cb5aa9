import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { init, replay, type MediaRecord } from './index.ts'
import { Image, Text } from './media.ts'
import { useOffline } from './testing/offline.ts'

const offline = useOffline()
const pixel = { data: Uint8Array.of(1, 2, 3), width: 1, height: 1 }

describe('media', () => {
  it('are recorded with the numbers of the same call, and dispatched live and on replay', async () => {
    const received: unknown[] = []
    const listener = {
      name: 'listener',
      onColumnCreate: ({ key, kind, index }: { key: string; kind: string; index: number }) =>
        received.push([key, kind, index]),
      onMetricCreate: ({ value, column }: { value: number; column: { index: number } }) =>
        received.push([value, column]),
      onLog: ({ step, data }: { step: number; data: object }) => received.push([step, data]),
      onMedia: (media: MediaRecord) => received.push(media),
    }
    const run = await offline.start([listener])
    run.log({ eval: { sample: new Image(pixel, { caption: 'one' }) }, loss: 1 }, 3)
    run.log({ note: [new Text('a'), new Text('b')] })
    const outcome = await run.finish()
    expect(outcome).toMatchObject({ steps: 2, lastStep: 4, losses: {}, summary: { loss: { last: 1 } } })
    expect(Object.keys(outcome.summary)).toEqual(['loss'])

    const png = expect.stringMatching(/^media\/image\/003-[0-9a-f]{8}\.png$/) as string
    const txt = expect.stringMatching(/^media\/text\/004-[0-9a-f]{8}\.txt$/) as string
    const time = expect.any(Number) as number
    expect(received).toEqual([
      ['eval/sample', 'image', 0],
      ['loss', 'scalar', 1],
      [3, { loss: 1 }],
      [1, { key: 'loss', index: 1, kind: 'scalar', section: 'default', step: 3, time }],
      { key: 'eval/sample', step: 3, time, data: [png], more: [{ caption: 'one' }] },
      ['note', 'text', 2],
      [4, {}],
      { key: 'note', step: 4, time, data: [txt, txt] },
    ])
    for (const path of (received[7] as MediaRecord).data)
      expect(readFileSync(join(run.dir!, path), 'utf8')).toMatch(/^[ab]$/)

    const live = received.splice(0)
    await replay(run.dir!, listener)
    expect(received).toEqual(live)
    received.length = 0
    await replay(run.dir!, listener, { from: 4 })
    expect(received).toEqual([live[0], live[1], ...live.slice(5)])
  })

  it('go on after a resumed run, and none is recorded twice', async () => {
    const first = await offline.start()
    first.log({ loss: 1, note: new Text('a') }, 5)
    await first.finish()
    const again = await init({ ...offline.options(), id: first.id, resume: 'must' })
    again.log({ note: new Text('other') }, 5)
    again.log({ note: 1 }, 6)
    again.log({ loss: new Text('no') })
    again.log({ note: new Text('b'), more: new Text('c') })
    const outcome = await again.finish()
    expect(outcome).toMatchObject({ steps: 2, lastStep: 6, losses: { duplicates: 1, values: 2 } })
    expect(offline.journal(again, 'media')).toMatchObject([
      { key: 'note', step: 5 },
      { key: 'note', step: 6 },
      { key: 'more', step: 6 },
    ])
    expect(offline.journal(again, 'column')).toMatchObject([{ index: 0 }, { index: 1 }, { key: 'more', index: 2 }])
    expect(offline.reports).toEqual([
      'warn: "note": step 5 has been used before. The first value stands.',
      'warn: "note" takes media of kind "text", but got a number. Ignored.',
      'warn: "loss" takes a number, but got media of kind "text". Ignored.',
    ])
  })

  it('that cannot be read cost themselves, and are said once a key', async () => {
    const run = await offline.start()
    for (let step = 0; step < 3; step++) run.log({ loss: step, img: new Image('/no/such.png') })
    run.log({ loss: 3, img: [new Image(pixel), new Image('/no/such.png')] })
    run.log(new Text('x'))
    run.log({ mixed: [new Image(pixel), new Text('x')], loss: new Text('x'), img: new Text('x') })
    run.log({ many: Array.from({ length: 110 }, (_, at) => new Text(at)) })
    const outcome = await run.finish()
    expect(outcome).toMatchObject({ steps: 5, losses: { values: 10 } })
    expect(offline.journal(run, 'media')).toMatchObject([
      { key: 'img', step: 3, data: [expect.any(String)] },
      { key: 'many', data: { length: 108 } },
    ])
    expect(offline.reports).toEqual([
      'warn: "img" takes media of kind "image", but got the path of no file (/no/such.png: ENOENT). Ignored.',
      'warn: log() takes an object of numbers by key, but got media without a key. Ignored.',
      'warn: "mixed" takes a number, but got a list of several kinds. Ignored.',
      'warn: "loss" takes a number, but got media of kind "text". Ignored.',
      'warn: "many" takes 108 items at once; the rest is left out.',
    ])
  })

  it('keep the numbers of their columns over a resume', async () => {
    const first = await offline.start()
    first.log({ a: 1, note: new Text('a'), b: 1 })
    await first.finish()
    const columns: unknown[] = []
    const again = await init({
      ...offline.options(),
      id: first.id,
      resume: 'must',
      callbacks: [{ name: 'listener', onMetricCreate: ({ column }) => columns.push([column.key, column.index]) }],
    })
    again.log({ b: 2, a: 2, c: 2 })
    await again.finish()
    expect(columns).toEqual([
      ['b', 2],
      ['a', 0],
      ['c', 3],
    ])
  })

  it('are printed by their files when that is wanted', async () => {
    const printed: unknown[] = []
    const log = console.log
    console.log = (what: unknown): void => void printed.push(what)
    try {
      const run = await offline.start()
      run.log({ loss: 1 }, { printToConsole: true })
      run.log({ loss: 2, note: new Text('a') }, { printToConsole: true })
      await run.finish()
    } finally {
      console.log = log
    }
    const note = [expect.stringMatching(/^media\/text\/001-[0-9a-f]{8}\.txt$/) as string]
    expect(printed).toEqual([{ loss: 1 }, { loss: 2, note }])
  })

  it('are not even read when the run is disabled', async () => {
    const run = await init({ ...offline.options(), mode: 'disabled' })
    let read = false
    class Watched extends Text {
      override _content(): ReturnType<Text['_content']> {
        read = true
        return super._content()
      }
    }
    run.log({ note: new Watched('a') })
    await run.finish()
    expect(read).toBe(false)
    expect(existsSync(join(offline.logdir, 'media'))).toBe(false)
  })
})
