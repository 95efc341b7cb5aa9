import { readMembers } from './members.ts'
import { Problems } from './problems.ts'

/** What an option takes, and whether a value is that. */
export type Check = readonly [takes: string, test: (value: unknown) => boolean]

/** What each option of a function takes. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>

/**
 * Checks the options of a function; one that is undefined is as good as absent.
 *
 * @param secrets - Options whose value is not shown.
 * @throws SwanLabError `INVALID_OPTION`; every problem is named.
 */
export function checkOptions(
  subject: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  secrets: readonly string[] = [],
): void {
  const problems = new Problems()
  for (const [name, value] of readMembers(options, 'options', problems)) {
    const [takes, test] = Object.hasOwn(checks, name) ? checks[name]! : []
    if (!takes || !test) problems.unknown(name, Object.keys(checks))
    else if (value !== undefined && !test(value)) {
      if (secrets.includes(name)) problems.add(`${name}: takes ${takes}`)
      else problems.wrong(name, value, takes)
    }
  }
  problems.throwIfAny(subject)
}
