import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Callback, CallbackContext, Report } from '@swanlab/core'
import { places as ofJournal } from '@swanlab/journal/testing'
import { conforms, type ConformOptions, type MakeCallback } from '@swanlab/core/testing'
import { compiled } from '../compiled.ts'
import { Calm } from './callbacks.ts'

const SECRET = 'hunter2hunter2'

describe('a callback that does everything right', () => {
  const make: MakeCallback = (folder) => new Calm({ folder })
  for (const { title, check } of conforms(make, { places: ofJournal, secrets: [SECRET] })) it(title, check)
})

it(
  'every plugin of ours conforms: under node:test, in all places, as it is published',
  { timeout: 180_000 },
  async () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    // Else node:test takes itself for a part of another test run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const program = compiled('kit/program')
    const child = spawn(process.execPath, ['--test-reporter=tap', program], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const stdout = await text(child.stdout)
    const lines = stdout.split('\n').map((line) => line.trim())
    const failed = lines.filter((line) => line.startsWith('not ok')).map((line) => line.replace(/^not ok \d+ - /, ''))
    expect(failed, stdout).toEqual([
      'does the same in the background process as live',
      'stated, with two faces',
      'leaks no secret in the background process',
      'leaks no secret in a replay',
      'leaky',
    ])
    const titles = conforms(() => ({ name: 'x' }), { places: {} }).length
    expect(lines.filter((line) => /^(?:not )?ok/.test(line))).toHaveLength(5 * (titles + 1) + 3 * (4 + 1))
    const skipped = lines.filter((line) => line.includes('# SKIP')).map((line) => /# SKIP (.*)/.exec(line)?.[1])
    expect(skipped).toEqual(Array(2).fill('nothing says how it can be rebuilt: see defineResident'))
    expect(stdout).not.toContain('(skipped: ')
    if (process.platform === 'linux') expect(stdout).toContain('the environment of a process')
  },
)

/** Titles of the checks that fail. */
async function failing(make: MakeCallback, options: ConformOptions = {}): Promise<string[]> {
  const failed: string[] = []
  for (const { title, check } of conforms(make, { places: ofJournal, secrets: [SECRET], deadline: 200, ...options }))
    await check().catch(() => failed.push(title))
  return failed
}

const never = (): Promise<void> => new Promise(() => {})

describe('a callback with one fault fails the check that is about it', () => {
  const faults: Record<string, [title: string, make: () => Callback]> = {
    'renames itself': ['keeps its name', () => renaming()],
    'fails on NaN, which others log': ['survives every value', () => failsOn(Number.NEGATIVE_INFINITY)],
    'hangs in onStop': ['settles within its deadline', () => ({ name: 'hangs', onStop: never })],
    'shows its secret to the user': [
      'leaks no secret',
      () => ({ name: 'leaks', onStop: (_outcome, { report, place }) => tell(place === 'live', report) }),
    ],
    'shows its secret to the user of a replay': [
      'leaks no secret in a replay',
      () => ({ name: 'leaks', onStop: (_outcome, { report, place }) => tell(place === 'replay', report) }),
    ],
    'leaves a timer': [
      'leaves no handle open',
      () => ({ name: 'ticks', onRun: () => void setInterval(() => {}, 60_000) }),
    ],
    'acts differently in a replay': [
      'does the same in a replay as live',
      () => ({ name: 'two-faced', onLog: ({ step }, context) => alertAt3(step, context) }),
    ],
  }
  it.each(Object.entries(faults))('%s', async (_, [title, make]) => {
    expect(await failing(make)).toEqual([title])
  })
})

function renaming(): Callback {
  let name = 'one'
  return {
    get name() {
      return name
    },
    onStop: () => {
      name = 'another'
    },
  }
}

function failsOn(value: number): Callback {
  return {
    name: 'picky',
    onLog: ({ data }) => {
      if (Object.values(data).some((one) => Object.is(one, value))) throw new TypeError('no such number')
    },
  }
}

function alertAt3(step: number, { place, alert }: CallbackContext): void {
  if (place === 'live' && step === 3) alert({ title: 'only live' })
}

function tell(when: boolean, report: Report): void {
  if (when) report('info', `sent to ${SECRET}`)
}
