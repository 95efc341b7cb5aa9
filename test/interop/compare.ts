import { isDeepStrictEqual } from 'node:util'
import type { Stored } from './stored.ts'

/** What another client left differently than ours, in words. */
export function differences(theirs: Stored, own: Stored | undefined): string[] {
  const diverged = (stored: Stored | undefined): boolean => stored?.error?.includes('diverged') === true
  return (Object.keys(theirs) as (keyof Stored)[])
    .filter((member) =>
      // Stacks of two languages differ.
      member === 'error' ? diverged(theirs) !== diverged(own) : !isDeepStrictEqual(theirs[member], own?.[member]),
    )
    .map((member) => `${member}\n  theirs ${JSON.stringify(theirs[member])}\n  ours   ${JSON.stringify(own?.[member])}`)
}
