import { type Callback, type Placement, type Resident, describeError, SwanLabError } from '@swanlab/core/internal'
import { journalAmong } from '@swanlab/journal/internal'
import { describe, type Description } from './described.ts'
import type { Importable } from './import-check-ipc.ts'
import type { ResidentCallback } from './ipc-messages.ts'
import { loadersHere } from './loaders.ts'
import { exportOf, isPlain, nameOfExport, notJson, obstacleOf } from './resident-module.ts'
import { obstacle } from './program.ts'

export interface Placed {
  /** One for each callback that could live in the background. */
  readonly placements: readonly Placement[]
  /** Those that will, and how they are rebuilt. */
  readonly residents: readonly ResidentCallback[]
  /** Arguments of Node that the background process needs to import them. */
  readonly loaders: readonly string[]
  /** Where the session begins in its journal, in bytes, once it has been opened. */
  readonly begin: () => number
}

/** Where the training runs from, and how it loads modules. */
export interface Surroundings {
  /** Path of the training script. */
  readonly script: string | undefined
  /** Arguments of Node that decide how modules are loaded. */
  readonly loaders: readonly string[]
}

/** One that can be rebuilt so far, with its module. */
type Located = Description & { readonly module: string }
/** How one is rebuilt, or why it cannot be. */
type Verdict = Resident | string

/**
 * Decides where each callback lives. One that says how it can be rebuilt goes to the background process only if its
 * module has been imported and has the export: here, where it was loaded from, or where importing it takes more than
 * Node can do by itself, in a process like the background process.
 *
 * @param allowed - `settings.background`.
 * @param surroundings - Default: those of this process.
 * @throws SwanLabError `INVALID_CALLBACK` when one that was defined as resident was given options that are not JSON.
 */
export async function placeCallbacks(
  callbacks: readonly Callback[],
  allowed: boolean,
  { script, loaders }: Surroundings = {
    script: process.argv[1],
    loaders: loadersHere(),
  },
): Promise<Placed> {
  const journal = journalAmong(callbacks)
  const none = allowed ? (obstacle() ?? (journal ? undefined : NO_JOURNAL)) : 'settings.background is false'
  // Recorders keep the run, so they live where it happens.
  const described = callbacks.flatMap((callback) => (callback.immediate ? [] : (describe(callback) ?? [])))
  const verdicts = new Map<Callback, Verdict>()
  for (const one of described) {
    const reason = optionsRefused(one)
    if (reason !== undefined || none !== undefined) verdicts.set(one.callback, none ?? reason!)
  }
  const open = await locate(
    described.filter(({ callback }) => !verdicts.has(callback)),
    script,
    verdicts,
  )
  const needed = await check(open, loaders, verdicts)
  const placements: Placement[] = []
  const residents: ResidentCallback[] = []
  for (const { callback } of described) {
    const { name } = callback
    const verdict = verdicts.get(callback)!
    if (typeof verdict === 'string') placements.push({ name, place: 'live', reason: verdict })
    else {
      placements.push({ name, place: 'resident' })
      residents.push({ name, resident: verdict })
    }
  }
  return { placements, residents, loaders: needed, begin: () => journal?.begin ?? 0 }
}

const NO_JOURNAL = 'no journal() records this run'

/** One warning, however many callbacks could not go to the background process. */
export function placementWarning(placements: readonly Placement[]): string | undefined {
  const names = new Map<string, string[]>()
  for (const { name, reason } of placements)
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), name])
  if (names.size === 0) return undefined
  const what = [...names].map(([reason, who]) => `${who.join(', ')}: in the training process, because ${reason}`)
  return `${what.join('; ')}. If that crashes or is killed, nothing is sent.`
}

/** @throws SwanLabError when it was stated that the callback can be rebuilt. */
function optionsRefused({ callback, options, stated, reason }: Description): string | undefined {
  const why = reason ?? notJson(options)
  if (why === undefined || !stated || callback.optional) return why
  throw new SwanLabError(
    'INVALID_CALLBACK',
    `Callback "${callback.name}" is defined as resident, but cannot be rebuilt: ${why}.`,
  )
}

/** Finds the modules of those that do not name theirs, and answers those that have one which can be used. */
async function locate(
  described: readonly Description[],
  script: string | undefined,
  verdicts: Map<Callback, Verdict>,
): Promise<Located[]> {
  const unknown = described.filter(({ module }) => module === undefined)
  let urls: readonly string[] = []
  let failure = ''
  try {
    if (unknown.length > 0)
      urls = (await import('./class-location.ts')).locateClasses(unknown.map(({ Class }) => Class!))
  } catch (error) {
    failure = `the file of its class cannot be found (${describeError(error)}); defineResident(import.meta, …) names it`
  }
  return described.flatMap((one) => {
    const module = one.module ?? urls[unknown.indexOf(one)]
    const reason = module === undefined ? failure : obstacleOf({ module, package: one.package }, script)
    if (reason === undefined) return [{ ...one, module: module! }]
    verdicts.set(one.callback, reason)
    return []
  })
}

/** Imports the modules as the background process will. @returns what that must be given for it. */
async function check(
  open: readonly Located[],
  loaders: readonly string[],
  verdicts: Map<Callback, Verdict>,
): Promise<readonly string[]> {
  const special = open.filter(({ module }) => !isPlain(module, loaders))
  const answers =
    special.length === 0 ? [] : await (await import('./import-check.ts')).checkImports(special.map(importable), loaders)
  special.forEach((one, at) => {
    const answer = answers[at]!
    verdicts.set(one.callback, 'export' in answer ? residentOf(one, answer.export) : answer.reason)
  })
  await Promise.all(
    open.filter((one) => !special.includes(one)).map(async (one) => verdicts.set(one.callback, await checkHere(one))),
  )
  return answers.some((answer) => 'export' in answer) ? loaders : []
}

async function checkHere(one: Located): Promise<Verdict> {
  const { module, Class } = one
  try {
    const name = one.export ?? nameOfExport(await import(module), Class!, module)
    await exportOf(module, name)
    return residentOf(one, name)
  } catch (error) {
    return `its module cannot be used: ${describeError(error)}`
  }
}

function residentOf({ module, package: owner, options }: Located, name: string): Resident {
  return { module, package: owner, export: name, options }
}

function importable({ callback, module, export: name, Class, options }: Located): Importable {
  return { name: callback.name, module, export: name, className: Class?.name, options }
}
