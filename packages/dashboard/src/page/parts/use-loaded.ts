import { useEffect, useState } from 'preact/hooks'
import { Backoff, wait } from '../api/backoff.ts'
import { Unreachable } from '../api/client.ts'

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string }

const LOADING = { state: 'loading' } as const

/** What `load` answers; asked again when `inputs` change, and for as long as the server is gone. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>(LOADING)
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    setLoaded(LOADING)
    const ask = async (): Promise<void> => {
      const backoff = new Backoff()
      while (!signal.aborted) {
        try {
          const value = await load(signal)
          if (!signal.aborted) setLoaded({ state: 'here', value })
          return
        } catch (error) {
          if (signal.aborted) return
          if (!(error instanceof Unreachable))
            return setLoaded({ state: 'failed', message: error instanceof Error ? error.message : String(error) })
          await wait(backoff.next(), signal)
        }
      }
    }
    void ask()
    return () => stop.abort()
  }, inputs)
  return loaded
}
