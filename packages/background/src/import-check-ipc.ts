/** What is asked on standard input, as a list: can these be rebuilt? */
export interface Importable {
  /** Of the callback. */
  readonly name: string
  readonly module: string
  /** Absent: the class is to be found by its name. */
  readonly export: string | undefined
  readonly className: string | undefined
  readonly options: unknown
}

/** The answer for each, on a line of standard output. */
export type Answer = { readonly export: string } | { readonly reason: string }

/** Begins an answer on standard output. Modules may print, too. */
export const MARK = 'swanlab-import-check '
