import { ENDINGS, keepsItsName, leavesNothingOpen, settles, survives, survivesEveryValue } from './check-lives.ts'
import { behavesAsLive, compare, type Comparison, type Observe, type Places } from './check-places.ts'
import { leaksNoSecret, leaksNothing } from './check-secrets.ts'
import { RECORDER_CHECKS } from './check-recorder.ts'
import { type MakeCallback, Subject } from './conform-subject.ts'
import { findPlaces, type FoundPlaces } from './find-places.ts'
import { RecorderBench, type RunStorage } from './recorder-bench.ts'
import { Secrets } from './secrets.ts'

/** One thing that every good callback does, for whatever runs tests. */
export interface Conformance {
  /** Names what is expected; and why it is skipped, where it is. */
  readonly title: string
  /**
   * Checks it. Given the context of a test of vitest or node:test, it marks the test as skipped where what it is about
   * does not exist, such as a background process that could rebuild the callback: then it says what is in the way.
   *
   * @throws AssertionError that says what was found.
   */
  readonly check: (...context: unknown[]) => Promise<void>
  /** Why it cannot be checked here; `check` does nothing then. Absent: it can. */
  readonly skip?: string | undefined
}

/** What {@link conforms} is told about a callback. */
export interface ConformOptions {
  /**
   * Secrets that `make` gives to the callback, such as its token: looked for wherever somebody could read them, in what it
   * does and writes, in the run folder, in command lines and in the environment of the background process.
   */
  readonly secrets?: readonly string[] | undefined
  /**
   * How long the end of a run may take, in milliseconds. Default: `timeout` of the callback, 10,000 if it has none, at
   * most 4,000.
   */
  readonly deadline?: number | undefined
  /** What it wrote, where that is no file in its folder, or files differ for good reasons. */
  readonly observe?: Observe | undefined
  /** Of a backend, which has `immediate: true`: where it keeps runs. Then it is checked as one, too. */
  readonly storage?: RunStorage | undefined
  /** Default: `@swanlab/journal` and `@swanlab/background`, if they are installed in the project. */
  readonly places?: Places | undefined
}

/**
 * Lists what every good callback does, as checks for whatever runs tests: a notifier, an exporter, a rule or a backend
 * keeps its name, survives every value and every ending, settles within its deadline, shows nobody the secrets that it
 * was given, leaves no handle open, and does the same in the training, in the background process and in a replay.
 *
 * Each check makes callbacks of its own, drives them through real runs, and looks at what the run, the user and the file
 * system got. Servers that they need are for the author to start; see {@link httpServer} and {@link smtpServer}.
 *
 * @param make - Makes one, as a program would, in the folder that it is given if it writes files.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import type { Callback } from '@swanlab/core'
 * import { conforms } from '@swanlab/core/testing'
 *
 * const printer: Callback = { name: 'printer', onLog: ({ step }) => console.log(step) }
 * for (const { title, check } of conforms(() => ({ ...printer }))) test(title, check)
 * ```
 */
export function conforms(make: MakeCallback, options: ConformOptions = {}): readonly Conformance[] {
  const { deadline, observe, storage, places } = options
  const secrets = new Secrets(options.secrets ?? [])
  const unsecret = options.secrets?.length ? undefined : 'no `secrets` to look for'
  const entry: Entry = (title, check, skip) =>
    skip === undefined
      ? { title, check: (...context) => run(new Subject(make, deadline), check, context) }
      : { title: `${title} (skipped: ${skip})`, check: async () => {}, skip }
  const elsewhere = (place: 'replay' | 'resident', where: string, names: readonly string[]): Conformance[] => {
    const { load, missing } = places ? given(places, place) : findPlaces(names)
    // Another process takes time, so that both checks look at the same run there.
    const compared = handedOut(async () => {
      const subject = new Subject(make, deadline)
      return compare(subject, await load(), { place, observe, secrets }).finally(() => subject.close())
    })
    const look = (title: string, check: (comparison: Comparison) => void, skip = missing): Conformance =>
      entry(
        title,
        async () => {
          const comparison = await compared(title)
          if (typeof comparison === 'string') return comparison
          return check(comparison)
        },
        skip,
      )
    return [
      look(`does the same ${where} as live`, behavesAsLive),
      look(`leaks no secret ${where}`, ({ leaks }) => leaksNothing(leaks), missing ?? unsecret),
    ]
  }
  return [
    entry('keeps its name', async (subject) => keepsItsName(subject, storage !== undefined)),
    entry('survives every value', survivesEveryValue),
    ...Object.entries(ENDINGS).map(([what, end]) =>
      entry(`survives ${what}`, async (subject) => survives(subject, end)),
    ),
    entry('settles within its deadline', settles),
    entry('leaks no secret', async (subject) => leaksNoSecret(subject, secrets), unsecret),
    entry('leaves no handle open', leavesNothingOpen),
    ...elsewhere('resident', 'in the background process', ['@swanlab/journal', '@swanlab/background']),
    ...elsewhere('replay', 'in a replay', ['@swanlab/journal']),
    ...(storage ? recorderChecks(storage, entry) : []),
  ]
}

type Entry = (title: string, check: (subject: Subject) => Promise<string | void>, skip?: string) => Conformance

function recorderChecks(storage: RunStorage, entry: Entry): Conformance[] {
  return Object.entries(RECORDER_CHECKS).map(([title, check]) => {
    const untried = title.startsWith('counts records') && !storage.breakRecords
    return entry(
      title,
      async (subject) => {
        const bench = new RecorderBench(subject, storage)
        await check(bench).finally(() => bench.close())
      },
      untried ? '`storage` has no breakRecords' : undefined,
    )
  })
}

async function run(
  subject: Subject,
  check: (subject: Subject) => Promise<string | void>,
  [context]: readonly unknown[],
): Promise<void> {
  try {
    const skipped = await check(subject)
    if (skipped !== undefined) (context as { skip?: (reason: string) => void } | undefined)?.skip?.(skipped)
  } finally {
    subject.close()
  }
}

function given(places: Places, place: 'replay' | 'resident'): FoundPlaces {
  const missing = places.journal && places[place] ? undefined : `\`places\` has no ${place}`
  return { load: async () => places, missing }
}

/** Hands the result of a piece of work to each that asks; to one that asks again, such as a test that is retried, a new one. */
function handedOut<T>(work: () => Promise<T>): (who: string) => Promise<T> {
  const served = new Set<string>()
  let result: Promise<T> | undefined
  return (who) => {
    if (served.has(who)) served.clear()
    if (served.size === 0) result = work()
    served.add(who)
    return result!
  }
}
