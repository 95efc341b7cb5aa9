import { computed, type ReadonlySignal } from '@preact/signals'

/** A computed list that keeps its identity while it holds the same: what depends on it is not computed again. */
export function steady<T>(compute: () => readonly T[]): ReadonlySignal<readonly T[]> {
  let before: readonly T[] = []
  return computed(() => {
    const now = compute()
    if (now.length !== before.length || now.some((one, at) => one !== before[at])) before = now
    return before
  })
}
