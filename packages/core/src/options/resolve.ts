import { basename, resolve } from 'node:path'
import { readMappingFile } from './files.ts'
import type { ResolvedOptions } from './init-options.ts'
import { Problems } from './problems.ts'
import { projectNameOf } from './project-name.ts'
import { createSchema, resumeWord, type Checked } from './schema.ts'
import { readSettings, Settings } from './settings.ts'
import { quote } from './show.ts'
import {
  choose,
  PARAMETERS,
  readArguments,
  readEnvironment,
  readLoadFile,
  type Given,
  type Parameter,
} from './sources.ts'

/** The outside world, as far as options depend on it. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute. Relative paths start here, and it names the project when nothing else does. */
  readonly cwd: string
}

/** By parameter. */
type Chosen = ReadonlyMap<string, Given>

/**
 * Settles what a run is to be: argument before alias before load file before environment before default.
 *
 * @param input - What the user gave to `init`; anything at all.
 * @returns The options, and what the user should hear about them, one message each.
 * @throws SwanLabError `INVALID_OPTION`, naming every problem, or `INVALID_FILE`
 */
export async function resolveOptions(
  input: unknown,
  world: World,
): Promise<{ options: ResolvedOptions; warnings: readonly string[] }> {
  const problems = new Problems()
  const warnings: string[] = []
  const chosen = await chooseAll(input, world, problems, warnings)
  const checked = await check(chosen, problems, warnings)
  const settings = readSettings(chosen.get('settings')?.value ?? {}, problems)
  checkResume(chosen, problems)
  problems.throwIfAny('init')

  const { project, config, logdir, mode, tags, callbacks, resume, reinit: _, ...rest } = checked
  const options: ResolvedOptions = {
    ...rest,
    project: project ?? projectOf(world.cwd, warnings),
    tags: Object.freeze(tags ?? []),
    config: typeof config === 'string' ? (await readMappingFile('config', config, world.cwd)).data : (config ?? {}),
    logdir: resolve(world.cwd, logdir ?? 'swanlog'),
    mode: mode ?? 'cloud',
    callbacks: Object.freeze(callbacks ?? []),
    settings: new Settings(settings),
    resume: resume === 'never' ? undefined : resume,
  }
  return { options: Object.freeze(options), warnings: Object.freeze([...new Set(warnings)]) }
}

/** Whether `init(input)` should finish an active run first. Whatever else is wrong with `input` is not noticed here. */
export function wantsReinit(input: unknown): boolean {
  try {
    return typeof input === 'object' && input !== null && 'reinit' in input && input.reinit === true
  } catch {
    return false
  }
}

async function chooseAll(input: unknown, { env, cwd }: World, problems: Problems, warnings: string[]): Promise<Chosen> {
  const sources = [readArguments(input, problems, warnings)]
  const load = choose(PARAMETERS.load, sources, warnings)
  if (typeof load?.value === 'string') sources.push(await readLoadFile(load.value, cwd, problems, warnings))
  else if (load) problems.wrong(load.label(), load.value, 'the path of a .json, .yaml or .yml file')
  sources.push(readEnvironment(env))

  const chosen = new Map<string, Given>()
  const { load: _, ...others } = PARAMETERS
  for (const [name, parameter] of Object.entries<Parameter>(others)) {
    const given = choose(parameter, sources, warnings)
    if (given) chosen.set(name, given)
  }
  return chosen
}

async function check(chosen: Chosen, problems: Problems, warnings: string[]): Promise<Checked> {
  const schema = await createSchema((name, what) => warnings.push(`${chosen.get(name)?.label() ?? name} ${what}.`))
  const values = Object.fromEntries([...chosen].map(([name, { value }]) => [name, value]))
  try {
    const { success, data, error } = schema.safeParse(values)
    if (success) return data
    for (const { path, message } of error.issues) {
      const [name, ...at] = path
      const given = chosen.get(String(name))
      if (given) problems.wrong(given.label(at), valueAt(given.value, at), message)
    }
  } catch {
    problems.add('an option cannot be read; it threw an error when asked')
  }
  return {}
}

/** The part at `path`. Text that was split has no parts; it is shown whole. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : part), value)
}

function checkResume(chosen: Chosen, problems: Problems): void {
  const id = chosen.get('id')
  const given = chosen.get('resume')
  const resume = given ? resumeWord(given.value) : 'never'
  if (resume === 'must' && !id) problems.add(`${given?.label()}: "must" needs the "id" of the run to continue`)
  if (resume === 'never' && id) {
    problems.add(`${id.label()}: names a run to continue, which needs resume: "allow" or resume: "must" beside it`)
  }
}

function projectOf(cwd: string, warnings: string[]): string {
  const name = projectNameOf(cwd)
  const folder = basename(cwd)
  if (name !== folder)
    warnings.push(`The folder ${quote(folder)} is no project name; this run belongs to project "${name}".`)
  return name
}
