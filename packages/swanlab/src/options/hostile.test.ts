import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SwanLabError } from '@swanlab/core'
import { resolveOptions } from './testing/resolve.ts'

const NAMES = [
  'project',
  'workspace',
  'experimentName',
  'name',
  'description',
  'notes',
  'tags',
  'config',
  'logdir',
  'mode',
  'public',
  'callbacks',
  'settings',
  'id',
  'resume',
  'reinit',
  'cloud',
  'load',
]

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'swanlab-hostile-'))
})

afterAll(() => rm(cwd, { recursive: true }))

function boom(): never {
  throw new Error('boom')
}

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

/** What fast-check cannot hold: it looks into values itself. */
const TRAPS: readonly unknown[] = [
  Symbol('s'),
  boom,
  new Proxy({}, { get: boom, ownKeys: boom, has: boom, getOwnPropertyDescriptor: boom, getPrototypeOf: boom }),
  new Proxy([], { get: boom }),
  revoked(),
  {
    get name() {
      return boom()
    },
  },
  [new Proxy({}, { get: boom, has: boom })],
  { [Symbol.toPrimitive]: boom, toString: boom, toJSON: boom },
  Array.from({ length: 5000 }, () => 5),
  Array.from({ length: 5000 }, (_, i) => `t${i}`),
  Object.assign([], { length: 2 ** 31 }),
  'x'.repeat(1e6),
  '\u001B[2J\u202E\uD800\0',
  '['.repeat(1e5),
  Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
]

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  fc.string({ unit: 'binary', maxLength: 300 }),
)

async function check(input: unknown, env: Record<string, string>): Promise<void> {
  const outcome = await resolveOptions(input, { env, cwd }).catch((error: Error) => error)
  if (outcome instanceof SwanLabError) {
    expect(['INVALID_OPTION', 'INVALID_FILE']).toContain(outcome.code)
    expect(outcome.message).not.toMatch(/[^\P{Cc}\n]|[\p{Cs}\u202A-\u202E]/u)
    expect(outcome.message.length).toBeLessThan(20_000)
    return
  }
  if (outcome instanceof Error) throw outcome
  const { options } = outcome
  expect(options.project).toMatch(/^[0-9a-zA-Z_\-+.]{1,100}$/)
  expect(['cloud', 'offline', 'local', 'disabled']).toContain(options.mode)
  for (const text of [options.experimentName, ...options.tags])
    if (text !== undefined) expect(text).toMatch(/^[^\p{Cc}\p{Cs}]{1,250}$/u)
}

describe('resolveOptions', () => {
  it('answers every trap in every place with options or a SwanLabError', async () => {
    for (const trap of TRAPS) {
      await check(trap, {})
      for (const name of NAMES) await check({ [name]: trap, resume: 'allow' }, {})
      await check({ settings: { report: trap, clock: trap, logLevel: trap } }, {})
    }
  })

  it('answers anything with options or a SwanLabError', async () => {
    const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES) }, { weight: 1, arbitrary: fc.string() })
    const inputs = fc.oneof(anything, fc.dictionary(name, anything, { maxKeys: 5 }))
    await fc.assert(
      fc.asyncProperty(inputs, (input) => check(input, {})),
      { seed: 1, numRuns: 300 },
    )
  })

  it('answers any environment with options or a SwanLabError', async () => {
    const variable = fc.constantFrom(
      'MODE',
      'PROJ_NAME',
      'WORKSPACE',
      'EXP_NAME',
      'DESCRIPTION',
      'TAGS',
      'LOG_DIR',
      'RUN_ID',
      'RESUME',
    )
    const env = fc.dictionary(
      variable.map((name) => `SWANLAB_${name}`),
      fc.string({ unit: 'binary' }),
      { maxKeys: 5 },
    )
    await fc.assert(
      fc.asyncProperty(env, (variables) => check({}, variables)),
      { seed: 1, numRuns: 200 },
    )
  })

  it('answers any load file with options or a SwanLabError', async () => {
    const content = fc.oneof(
      fc.json(),
      fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary' }),
    )
    const extension = fc.constantFrom('json', 'yaml')
    await fc.assert(
      fc.asyncProperty(content, extension, async (text, suffix) => {
        await writeFile(join(cwd, `load.${suffix}`), text)
        await check({ load: `load.${suffix}` }, {})
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('reads each option once', async () => {
    let reads = 0
    await resolveOptions(
      {
        get project() {
          reads += 1
          return reads > 1 ? 'a b' : 'p'
        },
      },
      { env: {}, cwd },
    )
    expect(reads).toBe(1)
  })
})
