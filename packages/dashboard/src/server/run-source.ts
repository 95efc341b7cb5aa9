import type { RunKey, RunRow } from '../protocol/runs.ts'

/** A run that a viewer may see. */
export interface ListedRun {
  /** In addresses; unique in one listing. */
  readonly key: RunKey
  /** Real path of the run folder. */
  readonly dir: string
  /** What is known of it elsewhere, in place of what its journal says. */
  readonly known?: Partial<Omit<RunRow, 'key'>> | undefined
}

export interface Listing {
  readonly runs: readonly ListedRun[]
  /** Folders that cannot be read, each with its reason. */
  readonly problems: readonly { readonly folder: string; readonly reason: string }[]
}

/** Whose runs there are, and where they lie. */
export interface RunSource {
  /** The runs that a viewer may see. @param viewer - As `authorize` named them. */
  list(viewer: string): Promise<Listing> | Listing
  /** The one of them that has a key, found without a path made of it. */
  find(viewer: string, key: RunKey): Promise<ListedRun | undefined> | ListedRun | undefined
  /** What the page is titled. */
  readonly title: string
}
