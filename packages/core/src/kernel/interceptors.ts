import type { Report } from '../text/reporter.ts'
import { describeError } from '../text/thrown.ts'

interface Interceptable<I extends object> {
  intercept(interceptor: I): void
}

type Register<T> = (tap: T) => T

/**
 * From now on, interceptors of the application fail without hurting anybody: tapable would stop half-way, and leave
 * whoever waits for an awaited hook waiting for ever. What they make of taps is brought back into the guard.
 */
export function guardInterceptors<T extends { readonly fn: unknown }, I extends { register?: Register<T> }>(
  hook: Interceptable<I>,
  name: string,
  guarded: Register<T>,
  report: Report,
): void {
  const intercept = hook.intercept.bind(hook)
  let reported = false
  const harmless =
    (part: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): void => {
      try {
        part(...args)
      } catch (error) {
        if (!reported) report('error', `An interceptor of run.hooks.${name} failed: ${describeError(error)}`)
        reported = true
      }
    }
  hook.intercept = (interceptor) => {
    const safe: Record<string, unknown> = { ...interceptor }
    for (const [part, what] of Object.entries(safe)) {
      if (part !== 'register' && typeof what === 'function')
        safe[part] = harmless(what.bind(interceptor) as () => unknown)
    }
    const { register } = interceptor
    if (register)
      safe['register'] = (tap: T): T => {
        const made = register.call(interceptor, tap)
        return made.fn === tap.fn ? made : guarded(made)
      }
    intercept(safe as I)
  }
}
