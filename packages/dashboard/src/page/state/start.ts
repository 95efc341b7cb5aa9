import { computed } from '@preact/signals'
import { askNow, Backoff, wait } from '../api/backoff.ts'
import { refused, Refused } from '../api/client.ts'
import type { RunKey } from '../../protocol/runs.ts'
import { waitingForDetails } from './details.ts'
import { followEvents } from './live.ts'
import { growingKeys, loadRuns } from './runs.ts'
import { loadSession } from './session.ts'

const never = new AbortController().signal

/** Asks for what every page needs, again and again until it is there, and follows what is new. */
export async function start(): Promise<void> {
  if (refused.peek()) return
  let followed: readonly RunKey[] = []
  // Not once for each run that says what it has.
  const settled = computed(() => (waitingForDetails.value ? followed : (followed = growingKeys.value)))
  addEventListener('online', askNow)
  if (await load()) followEvents(settled)
}

/** @returns false when this page may not ask. */
async function load(): Promise<boolean> {
  const backoff = new Backoff()
  for (;;) {
    try {
      await Promise.all([loadSession(), loadRuns()])
      return true
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return false
    }
    await wait(backoff.next(), never)
  }
}
