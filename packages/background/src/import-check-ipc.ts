import type { Resident } from '@swanlab/core/internal'

/** What is asked on standard input, as a list: can these be imported? */
export type Importable = Pick<Resident, 'module' | 'export'>

/** Begins an answer on standard output. Modules may print, too. */
export const MARK = 'swanlab-import-check '
