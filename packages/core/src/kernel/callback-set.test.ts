import { afterEach, expect, test } from 'vitest'
import type { Callback } from '../contract/callback.ts'
import type { CallbackContext, CallbackPlace } from '../contract/context.ts'
import { Outbox } from '../delivery/outbox.ts'
import { OPEN } from '../text/redactor.ts'
import { CallbackSet } from './callback-set.ts'

const PLACES: readonly CallbackPlace[] = ['live', 'resident', 'replay']
const RUN = { id: 'a', project: 'p', startTime: 1, tags: [], config: {}, resumed: false }
let reports: string[] = []
let closed: unknown[] = []

function setOf(place: CallbackPlace, callback: Callback): CallbackSet {
  const report = (level: string, text: string): void => void reports.push(`${level}: ${text}`)
  const outbox = new Outbox({ part: '', budget: 1_000, report })
  const set = new CallbackSet({ place, report, clock: () => 5, redactor: OPEN, timeout: 1_000, outbox })
  set.enroll(callback)
  set.attach(callback)
  return set
}

afterEach(() => {
  reports = []
  closed = []
})

test.each(PLACES)(
  '%s: a callback is given its moments and knows its place, and its failures are counted',
  async (place) => {
    const seen: unknown[] = []
    const set = setOf(place, {
      name: 'a',
      onLog: ({ data }, context) => {
        seen.push(data, context.place)
        context.waitUntil(Promise.reject(new Error('oops')))
      },
      onClose: (context) => void closed.push(context.place),
    })
    set.dispatcher.emit('log', Object.freeze({ step: 0, time: 1, data: { loss: 1 } }))
    await set.pending.settled(1_000)
    set.close()
    expect(seen).toEqual([{ loss: 1 }, place])
    expect(closed).toEqual([place])
    expect(set.guard.reports()).toEqual([{ name: 'a', failures: 1, disabled: false }])
    expect(reports).toEqual(['error: Callback "a" failed in waitUntil: oops'])
  },
)

test.each<[CallbackPlace, boolean]>([
  ['live', true],
  ['resident', false],
  ['replay', false],
])('%s: that onInit fails keeps the run from starting: %s', async (place, refused) => {
  const set = setOf(place, {
    name: 'a',
    onInit: () => {
      throw new Error('oops')
    },
  })
  const settled = await Promise.allSettled([set.hooks.init.promise(RUN)])
  set.close()
  expect(settled[0].status).toBe(refused ? 'rejected' : 'fulfilled')
  expect(set.guard.reports()).toEqual([{ name: 'a', failures: 1, disabled: false }])
  expect(reports).toEqual(refused ? [] : ['error: Callback "a" failed in onInit: oops'])
})

test.each<[CallbackPlace, readonly string[]]>([
  ['live', ['a']],
  ['resident', []],
  ['replay', []],
])('%s: what is delivered is sent, and those whose other work waits for it are %j', async (place, waiting) => {
  const sent: unknown[] = []
  let context: CallbackContext | undefined
  const set = setOf(place, {
    name: 'a',
    onRun: (_run, own) => void (context = own),
    send: async (message: string) => void sent.push(message),
  } as Callback)
  await set.hooks.run.promise({ ...RUN, experimentName: 'a', colors: ['#000000', '#000000'], callbacks: [] })
  context!.deliver('hello')
  expect(set.pending.names).toEqual(waiting)
  await set.outbox.settled()
  await set.pending.settled(1_000)
  set.close()
  expect(sent).toEqual(['hello'])
})

test('one that lives elsewhere is called in the moments that are named, and sends nothing from here', async () => {
  const called: string[] = []
  const set = new CallbackSet({
    place: 'live',
    report: () => {},
    clock: () => 5,
    redactor: OPEN,
    timeout: 1_000,
    outbox: new Outbox({ part: '', budget: 1_000, report: () => {} }),
  })
  const callback: Callback = {
    name: 'a',
    apply: () => void called.push('apply'),
    onInit: () => void called.push('onInit'),
    onLog: () => void called.push('onLog'),
    send: async () => void called.push('send'),
  }
  set.enroll(callback)
  set.attach(callback, ['onInit'])
  await set.hooks.init.promise(RUN)
  set.dispatcher.emit('log', Object.freeze({ step: 0, time: 1, data: {} }))
  set.outbox.post('a', 'key', 'hello')
  await set.outbox.settled()
  set.close()
  expect(called).toEqual(['onInit'])
})
