import type { SyncHook } from 'tapable'
import type { RunHooks } from '../contract/hooks.ts'

/** The payload of one hook. */
export type PayloadOf<K extends keyof RunHooks> = RunHooks[K] extends { call(payload: infer P): unknown }
  ? P
  : RunHooks[K] extends { promise(payload: infer P): unknown }
    ? P
    : never

export type Listener = (payload: unknown) => unknown
export type Interceptor = Parameters<SyncHook<[unknown]>['intercept']>[0]
export type Tap = Parameters<NonNullable<Interceptor['register']>>[0] & { readonly immediate?: boolean }

/** Calls the recorders alone, in this very turn. */
export function callRecorders<K extends keyof RunHooks>(hooks: RunHooks, hook: K, payload: PayloadOf<K>): void {
  for (const { immediate, fn } of tapsOf(hooks, hook)) if (immediate) void (fn as Listener)(payload)
}

/** Does anybody but recorders listen? */
export function hasListeners(hooks: RunHooks, hook: keyof RunHooks): boolean {
  for (const { immediate } of tapsOf(hooks, hook)) if (!immediate) return true
  return false
}

/**
 * Calls, in this very turn, every tap that has not been called with this payload, as for a process that is about to
 * exit. What a tap does synchronously is done; what it awaits may not be. Recorders have been called already.
 */
export function callRemaining<K extends keyof RunHooks>(hooks: RunHooks, hook: K, payload: PayloadOf<K>): void {
  void callSome(hooks, hook, payload, ({ immediate }) => !immediate)
}

/** Calls some taps side by side, in this very turn. @returns resolves when all of them are done, and never rejects. */
export function callSome<K extends keyof RunHooks>(
  hooks: RunHooks,
  hook: K,
  payload: PayloadOf<K>,
  isMeant: (tap: Tap) => boolean,
): Promise<unknown> {
  const taps = tapsOf(hooks, hook).filter(isMeant)
  return Promise.allSettled(taps.map(async (tap) => (tap.fn as Listener)(payload)))
}

function tapsOf(hooks: RunHooks, hook: keyof RunHooks): readonly Tap[] {
  return hooks[hook].taps
}
