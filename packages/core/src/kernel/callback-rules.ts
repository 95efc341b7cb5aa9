import type { Callback } from '../contract/callback.ts'
import { SwanLabError } from '../contract/error.ts'
import { optionsOf } from '../contract/resident.ts'
import { toJson } from '../data/json-value.ts'
import { unmistakable } from '../text/mask.ts'
import { secretsIn } from '../text/mask-names.ts'
import { copyOfRules, redactProblems } from '../text/redact-rules.ts'
import type { Redactor } from '../text/redactor.ts'

/**
 * What callbacks ask to be taken out of their run, and the secrets among their options.
 *
 * @throws SwanLabError `INVALID_CALLBACK` when rules are wrong.
 */
export function addRulesOf(callbacks: readonly Callback[], redactor: Redactor): void {
  const given = callbacks.map((callback) => toJson(callback.resident?.options ?? optionsOf(callback)))
  const secrets = given.flatMap((options) => unmistakable(secretsIn(options)))
  if (secrets.length > 0) redactor.add({ patterns: secrets }, 'options of callbacks')
  for (const { name, redact } of callbacks) {
    if (redact === undefined) continue
    const problems = redactProblems(redact, '"redact"', false)
    if (problems.length > 0) throw new SwanLabError('INVALID_CALLBACK', `Callback "${name}": ${problems.join('; ')}.`)
    redactor.add(copyOfRules(redact), `"redact" of callback "${name}"`)
  }
}
