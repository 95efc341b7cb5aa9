import { readMappingFile } from './files.ts'
import type { InitOptions } from './init-options.ts'
import { readMembers } from './members.ts'
import type { Problems } from './problems.ts'
import { quote, showPath } from './show.ts'
import { isBlank } from './text.ts'

/** A value, and what messages call the place where it, or a part of it, was written. */
export interface Given {
  readonly value: unknown
  readonly label: (path?: readonly PropertyKey[]) => string
}

/** Values by the name under which they were given. */
export type Source = ReadonlyMap<string, Given>

/** What can be chosen, and how each source spells it. */
export interface Parameter {
  /** As arguments and load file may spell it; the first one given counts. With an underscore: the load file alone. */
  readonly names: readonly string[]
  readonly variable?: string
  /** True: neither a file nor the environment can give it. */
  readonly onlyArgument?: boolean
}

export type Parameters = Readonly<Record<string, Parameter>>

type ParameterName = Exclude<keyof InitOptions, 'name' | 'notes'>

export const PARAMETERS: Readonly<Record<ParameterName, Parameter>> = {
  project: { names: ['project'], variable: 'SWANLAB_PROJ_NAME' },
  workspace: { names: ['workspace'], variable: 'SWANLAB_WORKSPACE' },
  experimentName: { names: ['experimentName', 'experiment_name', 'name'], variable: 'SWANLAB_EXP_NAME' },
  description: { names: ['description', 'notes'], variable: 'SWANLAB_DESCRIPTION' },
  tags: { names: ['tags'], variable: 'SWANLAB_TAGS' },
  config: { names: ['config'] },
  load: { names: ['load'], onlyArgument: true },
  public: { names: ['public'] },
  callbacks: { names: ['callbacks'], onlyArgument: true },
  settings: { names: ['settings'], onlyArgument: true },
  id: { names: ['id'], variable: 'SWANLAB_RUN_ID' },
  resume: { names: ['resume'], variable: 'SWANLAB_RESUME' },
  reinit: { names: ['reinit'], onlyArgument: true },
}

/** The argument of `init`. @param parameters - All there are. */
export function readArguments(input: unknown, parameters: Parameters, problems: Problems): Map<string, Given> {
  const source = new Map<string, Given>()
  const names = Object.values(parameters).flatMap((parameter) => parameter.names.filter((name) => !name.includes('_')))
  for (const [name, value] of readMembers(input ?? {}, 'init', problems)) {
    if (names.includes(name)) source.set(name, { value, label: labelled(name) })
    else problems.unknown(name, names)
  }
  return source
}

/**
 * The load file.
 *
 * @throws SwanLabError `INVALID_FILE`
 */
export async function readLoadFile(
  path: string,
  cwd: string,
  parameters: Parameters,
  problems: Problems,
  warnings: string[],
): Promise<Source> {
  const { data, place } = await readMappingFile('load', path, cwd)
  const keys = Object.values(parameters).flatMap(({ names, onlyArgument }) => (onlyArgument ? [] : names))
  const source = new Map<string, Given>()
  const unknown: string[] = []
  for (const [key, value] of Object.entries(data)) {
    if (key !== 'private' && !keys.includes(key)) unknown.push(key)
    else source.set(key, { value, label: (at = []) => `${place([key, ...at])} ${labelled(key)(at)}` })
  }
  // Not an error: the file may also serve a SwanLab that knows more parameters, and SwanLab ignores what it does not.
  if (unknown.length > 0)
    warnings.push(
      `The load file ${showPath(path)} has ${listed(unknown)}, which ${unknown.length > 1 ? 'are' : 'is'} ignored.`,
    )
  settleVisibility(source, problems)
  return source
}

/** `private` is `public` turned round. */
function settleVisibility(source: Map<string, Given>, problems: Problems): void {
  const hidden = source.get('private')
  if (hidden === undefined || hidden.value === null) return
  const visible = typeof hidden.value === 'boolean' ? !hidden.value : hidden.value
  const stated = source.get('public')?.value ?? undefined
  if (stated === undefined) source.set('public', { ...hidden, value: visible })
  else if (stated !== visible) problems.add(`${hidden.label()}: contradicts "public" in the same file`)
}

/** The environment. An empty variable is an unset one. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>, parameters: Parameters): Source {
  const source = new Map<string, Given>()
  for (const [name, { variable }] of Object.entries(parameters)) {
    if (variable !== undefined) source.set(name, { value: env[variable], label: labelled(variable) })
  }
  return source
}

/** The value that counts. Absent: nobody gave one. */
export function choose({ names }: Parameter, sources: readonly Source[], warnings: string[]): Given | undefined {
  for (const source of sources) {
    for (const name of names) {
      const given = source.get(name)
      if (given?.value == null || given.value === '') continue
      if (typeof given.value !== 'string' || !isBlank(given.value)) return given
      warnings.push(`${given.label()} is blank and counts as not given.`)
    }
  }
  return undefined
}

export function labelled(name: string): (path?: readonly PropertyKey[]) => string {
  return (path = []) => `${name}${path.map((key) => `[${String(key)}]`).join('')}`
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(quote).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
