import { basename } from 'node:path'
import type { Checks } from './check.ts'
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
  type Source,
  type Given,
  type Parameters,
} from './sources.ts'

/** The outside world, as far as options depend on it. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute. Relative paths start here, and it names the project when nothing else does. */
  readonly cwd: string
}

/** Parameters that a package on top of this one adds to `init`. */
export interface ExtraOptions {
  readonly parameters: Parameters
  readonly checks: Checks<Readonly<Record<string, unknown>>>
  /** Spellings of old, to be turned into today's. */
  readonly amend?: (given: Map<string, Given>, problems: Problems, warnings: string[]) => void
}

const NO_EXTRA: ExtraOptions = { parameters: {}, checks: {} }

/** By parameter. */
type Chosen = ReadonlyMap<string, Given>

/**
 * Settles what a run is to be: argument before alias before load file before environment before default.
 *
 * @param input - What the user gave to `init`; anything at all.
 * @returns The options, those of `extra` as they were checked, and what the user should be told, one message each.
 * @throws SwanLabError `INVALID_OPTION`, naming every problem, or `INVALID_FILE`
 */
export async function resolveOptions(
  input: unknown,
  world: World,
  extra: ExtraOptions = NO_EXTRA,
): Promise<{
  options: ResolvedOptions
  extras: Readonly<Record<string, unknown>>
  warnings: readonly string[]
}> {
  const problems = new Problems()
  const warnings: string[] = []
  const chosen = await chooseAll(input, world, extra, problems, warnings)
  const checked = check(chosen, problems, warnings)
  const extras = checkExtras(chosen, extra, problems)
  const settings = readSettings(chosen.get('settings')?.value ?? {}, problems)
  checkResume(chosen, problems)
  problems.throwIfAny('init')

  const { project, config, tags, callbacks, resume, workspace, experimentName, description, id } = checked
  const options: ResolvedOptions = {
    workspace,
    experimentName,
    description,
    id,
    public: checked.public,
    project: project ?? projectOf(world.cwd, warnings),
    tags: Object.freeze(tags ?? []),
    config: typeof config === 'string' ? (await readMappingFile('config', config, world.cwd)).data : (config ?? {}),
    callbacks: Object.freeze(callbacks ?? []),
    settings: new Settings(settings),
    resume: resume === 'never' ? undefined : resume,
    reinit: checked.reinit ?? false,
  }
  return { options: Object.freeze(options), extras, warnings: Object.freeze([...new Set(warnings)]) }
}

async function chooseAll(
  input: unknown,
  { env, cwd }: World,
  extra: ExtraOptions,
  problems: Problems,
  warnings: string[],
): Promise<Chosen> {
  const parameters = { ...PARAMETERS, ...extra.parameters }
  const given = readArguments(input, parameters, problems)
  extra.amend?.(given, problems, warnings)
  const sources: Source[] = [given]
  const load = choose(PARAMETERS.load, sources, warnings)
  if (typeof load?.value === 'string') sources.push(await readLoadFile(load.value, cwd, parameters, problems, warnings))
  else if (load) problems.wrong(load.label(), load.value, 'the path of a .json, .yaml or .yml file')
  sources.push(readEnvironment(env, parameters))

  const chosen = new Map<string, Given>()
  for (const [name, parameter] of Object.entries(parameters)) {
    const found = name === 'load' ? undefined : choose(parameter, sources, warnings)
    if (found) chosen.set(name, found)
  }
  return chosen
}

function check(chosen: Chosen, problems: Problems, warnings: string[]): Checked {
  const warn = (name: string, what: string): void => void warnings.push(`${chosen.get(name)?.label() ?? name} ${what}.`)
  const schema = createSchema(chosen.keys(), warn)
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

function checkExtras(chosen: Chosen, { checks }: ExtraOptions, problems: Problems): Readonly<Record<string, unknown>> {
  const extras: Record<string, unknown> = {}
  for (const [name, [takes, test]] of Object.entries(checks)) {
    const given = chosen.get(name)
    if (!given) continue
    if (test(given.value)) extras[name] = given.value
    else problems.wrong(given.label(), given.value, takes)
  }
  return extras
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
