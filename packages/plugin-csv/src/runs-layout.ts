import { accessSync, constants, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { SwanLabError, type Outcome } from '@swanlab/core'
import { replaceFileSync } from '@swanlab/journal'
import { failure, reasonOf } from './failure.ts'
import { fileOfRun } from './file-of-run.ts'
import type { Layout } from './layout.ts'
import { withLock, type WaitOptions } from './lock.ts'
import { RUN_IDENTITY, runRow } from './run-row.ts'
import { mergeRow, type Row } from './table.ts'

/** A larger file is not read into memory. */
const MAX_BYTES = 64 * 1024 * 1024

/** One row a run, in a file that all runs share. */
export class RunsLayout implements Layout {
  readonly #file: string
  readonly #lock: WaitOptions | undefined

  constructor(file: string, lock?: WaitOptions) {
    this.#file = file
    this.#lock = lock
  }

  end(outcome: Outcome): void {
    const file = this.#file
    const row = runRow(outcome)
    try {
      putRow(file, row, this.#lock)
    } catch (error) {
      const own = fileOfRun(file, '.', outcome.run.id)
      try {
        putRow(own, row, this.#lock)
      } catch {
        throw failure(`could not write the row of run ${outcome.run.id} to ${file}`, error)
      }
      throw new SwanLabError(
        'CALLBACK_FAILED',
        `the row of run ${outcome.run.id} is in ${own}, not in ${file}: ${reasonOf(error)}`,
        {
          cause: error,
        },
      )
    }
  }
}

function putRow(file: string, row: Row, lock: WaitOptions | undefined): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const target = followed(file)
  withLock(
    `${target}.lock`,
    (scratch) => {
      const text = mergeRow(readText(target), row, RUN_IDENTITY)
      replaceFileSync(target, text, { scratch, mode: 'keep', flush: true })
    },
    lock,
  )
}

/** A link must stay one. */
function followed(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })) return realpathSync(file)
  return path.join(realpathSync(path.dirname(file)), path.basename(file))
}

/** Empty when there is no file. */
function readText(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat) return ''
  if (stat.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`)
  // Replacing a file asks for no right to write to it, but whoever took that right away meant it.
  accessSync(file, constants.W_OK)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof TypeError) throw new Error('it is not UTF-8', { cause: error })
    throw error
  }
}
