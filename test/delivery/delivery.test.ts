import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutboxItem } from '@swanlab/core/internal'
import { unusedPort } from '../../packages/core/src/kernel/testing/port.ts'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { processesOf, start, until } from '../background/start.ts'
import { compiled } from '../compiled.ts'
import { answer, HTTP_FAULTS, startHttp, startSmtp, type Endpoint } from './endpoints.ts'

const PROGRAM = compiled('delivery/program')
/** Longer than quick receivers take, and shorter than one that hangs is waited for, in milliseconds. */
const FINISH_TIMEOUT = 8_000

let logdir: string
beforeAll(() => void (logdir = mkdtempSync(join(tmpdir(), 'delivery-'))))
afterAll(() => rmSync(logdir, { recursive: true, force: true }))

interface Receivers {
  readonly endpoints: Readonly<Record<string, Endpoint>>
  readonly mails: Readonly<Record<string, number>>
  readonly slacks: Readonly<Record<string, number>>
  /** Those that were away come back. */
  comeBack(): Promise<void>
}

/** One receiver for each way to be unwell. */
async function startReceivers(): Promise<Receivers> {
  const mails: Record<string, Endpoint> = {
    'mail-well': await startSmtp([]),
    'mail-421': await startSmtp([{ at: 'connect', code: 421 }]),
    'mail-450': await startSmtp([{ at: 'receiver', code: 450 }]),
    'mail-550': await startSmtp([{ at: 'receiver', code: 550 }]),
    'mail-554': await startSmtp([{ at: 'mail', code: 554 }]),
    'mail-reset': await startSmtp([{ break: 'in the greeting' }]),
    'mail-silent': await startSmtp([{ silent: 'at once' }]),
  }
  const slacks: Record<string, Endpoint> = {
    'slack-well': await startHttp([]),
    'slack-404': await startHttp([answer(404)]),
    'slack-429': await startHttp([answer(429)]),
    'slack-429-later': await startHttp([answer(429, { 'retry-after': '2' })]),
    'slack-500': await startHttp([answer(500)]),
    'slack-503': await startHttp([answer(503)]),
    'slack-reset': await startHttp([HTTP_FAULTS['resets in the middle of the status']]),
    'slack-yes-reset': await startHttp([HTTP_FAULTS['says yes and resets in the middle of its answer']]),
    'slack-silent': await startHttp([HTTP_FAULTS['never answers']]),
  }
  const ports = (endpoints: Record<string, Endpoint>): Record<string, number> =>
    Object.fromEntries(Object.entries(endpoints).map(([name, { port }]) => [name, port]))
  const [mailAway, slackAway] = [await unusedPort(), await unusedPort()]
  const endpoints = { ...mails, ...slacks }
  return {
    endpoints,
    mails: { ...ports(mails), 'mail-away': mailAway },
    slacks: { ...ports(slacks), 'slack-away': slackAway },
    comeBack: async () => {
      endpoints['mail-away'] = await startSmtp([], mailAway)
      endpoints['slack-away'] = await startHttp([], slackAway)
    },
  }
}

const REFUSED = ['mail-550', 'mail-554', 'slack-404']
const SILENT = ['mail-silent', 'slack-silent']
const AT_ONCE = ['mail-well', 'slack-well', 'slack-yes-reset']

function itemsOf(dir: string): Record<string, OutboxItem> {
  return Object.fromEntries(new OutboxFiles(dir).load().map((item) => [item.channel, item]))
}

describe.runIf(process.platform === 'linux')('receivers that are unwell', () => {
  test.concurrent.each(['finish', 'kill'] as const)(
    'a training that ends by %s: nothing is lost, and nothing comes twice',
    async (how) => {
      const { endpoints, mails, slacks, comeBack } = await startReceivers()
      const order = { how, logdir, finishTimeout: FINISH_TIMEOUT, mails, slacks }
      const { child, ready, ended, stderr } = await start(order, [PROGRAM])
      let output = ''
      child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
      const triedIn = (items: Record<string, OutboxItem>): boolean =>
        ['mail-away', 'slack-away'].every((name) => (items[name]?.attempts ?? 0) > 0)
      await until('those that are away were tried', () => triedIn(itemsOf(ready.dir)))
      await comeBack()
      expect(await ended).toBe(how === 'kill' ? 'SIGKILL' : 0)
      await until('nobody is at work any more', () => processesOf(ready.dir).length === 0)
      await sleep(100)

      const items = itemsOf(ready.dir)
      expect(Object.keys(items).toSorted()).toEqual(Object.keys({ ...mails, ...slacks }).toSorted())
      for (const [name, { state, attempts, reason }] of Object.entries(items)) {
        const { taken } = endpoints[name]!
        if (REFUSED.includes(name)) {
          expect([name, state, attempts, taken.length]).toEqual([name, 'given up', 1, 0])
          expect(reason).toContain(name.split('-')[1])
        } else {
          expect([name, state, taken.length]).toEqual([name, 'sent', 1])
          expect([name, attempts > 1]).toEqual([name, !AT_ONCE.includes(name)])
        }
      }
      expect(stderr()).not.toContain('SECRET')
      if (how === 'finish') {
        const { waited } = JSON.parse(output.trim().split('\n').at(-1)!) as { waited: number }
        expect(waited).toBeGreaterThan(FINISH_TIMEOUT - 50)
        expect(waited).toBeLessThan(FINISH_TIMEOUT + 2_000)
        for (const name of REFUSED)
          expect(stderr()).toContain(`swanlab: ${name}: the message about the end was not delivered: `)
        expect(stderr()).toMatch(/swanlab: mail-well: 1 sent \(\d\.\d s\)\n/)
        expect(stderr().match(/aiting for /g)).toHaveLength(1)
        expect(stderr()).toMatch(
          `swanlab: Not done within 8 s: ${SILENT.join(', ')}; the background process goes on by itself.`,
        )
      }
      await Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close()))
    },
    60_000,
  )

  test('what callbacks print reaches the user, and does not drown the end', async () => {
    const slack = await startHttp([])
    const slacks = { slack: slack.port }
    const { ended, stderr } = await start(
      { how: 'finish', logdir, finishTimeout: 10_000, mails: {}, slacks, chatty: true },
      [PROGRAM],
    )
    expect(await ended).toBe(0)
    expect(stderr()).toContain('swanlab: the run begins\n')
    expect(stderr()).toContain('swanlab: {"type":"settled"} and no line break\n')
    expect(stderr()).toMatch(/swanlab: slack: 1 sent \(\d\.\d s\)\n/)
    await slack.close()
  })
})
