import { signal } from '@preact/signals'
import { getJson } from '../api/client.ts'

/** Who looks at the page, and what serves it. */
export interface Session {
  /** Empty: whoever has the token. */
  readonly viewer: string
  readonly title: string
  /** `watch`: run folders of one machine. `server`: runs of users, who sign in. */
  readonly mode: 'watch' | 'server'
}

export const session = signal<Session | undefined>(undefined)

/** @throws Refused, Unreachable. */
export async function loadSession(abort?: AbortSignal): Promise<void> {
  session.value = await getJson<Session>('/session', undefined, abort)
}
