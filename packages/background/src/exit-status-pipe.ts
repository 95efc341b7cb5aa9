import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { STATUS_FD, WATCHED } from './exit-watcher.ts'

/** Wait status of a process that died, as of `waitpid(2)`. */
export type WaitStatus = number

/** What the exit watcher says of the training's death, as it reaches the background process. */
export class ExitStatusPipe {
  readonly #input: Readable | undefined
  readonly #whole: Promise<void>
  #text = ''

  /** @param input - Absent when there is no exit watcher. */
  constructor(input: Readable | undefined) {
    this.#input = input
    this.#whole = new Promise((resolve) => {
      if (!input) return resolve()
      input.setEncoding('latin1').on('data', (chunk: string) => (this.#text += chunk))
      input.on('end', resolve).on('error', resolve).on('close', resolve)
    })
  }

  /** How the training died; absent when nobody saw it, or too late. @param timeout - In milliseconds. */
  async status(timeout: number): Promise<WaitStatus | undefined> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeout)))
    await Promise.race([this.#whole, late])
    clearTimeout(timer)
    return statusIn(this.#text)
  }

  close(): void {
    this.#input?.destroy()
  }
}

/** The exit watcher's pipe, where there is one. It does not keep this process alive. */
export function inheritedExitStatus(argv: readonly string[] = process.argv): ExitStatusPipe {
  try {
    const watched = argv.at(-1) === WATCHED
    return new ExitStatusPipe(
      watched ? new Socket({ fd: STATUS_FD, readable: true, writable: false }).unref() : undefined,
    )
  } catch {
    return new ExitStatusPipe(undefined)
  }
}

/** @param stat - A line of `/proc/<pid>/stat`. */
function statusIn(stat: string): WaitStatus | undefined {
  // The name of the program may hold anything; the fields begin after it.
  const fields = stat.split(') ').at(-1)!.trim().split(' ')
  const status = Number(fields[49])
  // On its way out it may still count as running, but then the status says more than the 0 of a living process.
  return status > 0 || (status === 0 && /^[ZXx]$/.test(fields[0]!)) ? status : undefined
}
