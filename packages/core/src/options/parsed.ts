/** Levels of nesting that a file may have. Beyond a few hundred, the YAML parser can take the whole process with it. */
export const DEEPEST = 100

/** What a parser makes of a file's text. Offsets count UTF-16 units from its start. */
export interface Parsed {
  readonly data: unknown
  /** Where the value at `path` starts. Absent: it is not written there, for example because a merge key brought it. */
  readonly offsetOf: (path: readonly PropertyKey[]) => number | undefined
}

/** Text that is not what its file's extension promises. Never leaves this folder: it becomes a `SwanLabError`. */
export class ParseFailure extends Error {
  readonly offset: number | undefined

  constructor(reason: string, offset?: number) {
    super(reason)
    this.offset = offset
  }
}
