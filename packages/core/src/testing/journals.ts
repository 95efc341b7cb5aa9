import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where they lie in the package, from its source and from its build alike. */
const RECORDED = fileURLToPath(new URL('../../journals', import.meta.url))
const copies = new Set<string>()

/** Paths of run folders. Each time one is asked for, it is a fresh copy, which is removed when the process ends. */
export interface Journals {
  /** The training called `finish()`. */
  readonly finished: string
  /** It threw a RangeError, "out of cats", that nobody caught. */
  readonly crashed: string
  /** It was killed with SIGKILL, and its background process found out. */
  readonly killed: string
  /** It finished, and was continued later. */
  readonly resumed: string
  /** Power failed: nobody put an end on record, and the last line is half written. A replay ends as `lost`. */
  readonly torn: string
}

/**
 * Runs that real programs recorded, for `replay`: 20 steps of `loss` (NaN at step 12) and `eval/accuracy`, a text, lines
 * of the terminal, a changed configuration and an alert, and the end that the name says.
 *
 * @example
 * ```ts
 * import { replay } from 'swanlab'
 * import { journals } from '@swanlab/core/testing'
 *
 * const { state, cause } = await replay(journals.killed, { name: 'mine', onStop: ({ lastStep }) => console.log(lastStep) })
 * ```
 */
export const journals: Journals = {
  get finished() {
    return copyOf('finished')
  },
  get crashed() {
    return copyOf('crashed')
  },
  get killed() {
    return copyOf('killed')
  },
  get resumed() {
    return copyOf('resumed')
  },
  get torn() {
    return copyOf('torn')
  },
}

function copyOf(ending: keyof Journals): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'swanlab-journal-'))
  if (copies.size === 0) process.once('exit', removeCopies)
  copies.add(folder)
  cpSync(join(RECORDED, ending), folder, { recursive: true })
  return join(folder, readdirSync(folder)[0]!)
}

function removeCopies(): void {
  for (const folder of copies) rmSync(folder, { recursive: true, force: true })
}
