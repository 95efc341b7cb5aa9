import { constants } from 'node:os'
import { describeCause, type Cause, type Ending } from '@swanlab/core/internal'
import type { ProcessIdentity } from '@swanlab/journal/internal'
import { crashInKernelLog, MemoryEvidence } from './memory-evidence.ts'

/** Signals of a program that breaks by itself. */
const NATIVE: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'])
/** Resident memory from which Node's heap counts as full, as a share of its limit. */
const FULL = 0.9

/** How a process ended, as the system says. */
type Exit = { readonly code: number } | { readonly signal: string }

/** What can be known of a training process that is gone and did not report how. */
export interface Remains {
  /** Wait status; absent when its parent had asked for it first. */
  readonly status: number | undefined
  /** The system keeps it from us, as of a process that has given up privileges: every status reads 0 then. */
  readonly hidden?: boolean
  /** Facts that speak for the system's out-of-memory killer. */
  readonly memory: readonly string[]
  /** What the kernel's log says of a crash. */
  readonly crash: string | undefined
  /** Node's heap as it was seen last, and its limit, in bytes. */
  readonly heap?: { readonly resident: number; readonly limit: number } | undefined
}

/** Watches a training process from its beginning, so that its death can be explained. */
export class DeathWatch {
  readonly #training: ProcessIdentity
  readonly #memory: MemoryEvidence

  constructor(training: ProcessIdentity) {
    this.#training = training
    this.#memory = new MemoryEvidence(training.pid)
  }

  explain({ status, hidden, heap }: Pick<Remains, 'status' | 'hidden' | 'heap'>): Ending {
    const crash = crashInKernelLog(this.#training.pid)
    return endingOf({ status, hidden: hidden === true, memory: this.#memory.facts(), crash, heap })
  }
}

/** How a process ended, by its remains. What they do not show is not guessed. */
export function endingOf(remains: Remains): Ending {
  const { status, hidden } = remains
  const ending = status === undefined || (status === 0 && hidden) ? undefined : exitOf(status)
  const cause = causeOf(remains, ending)
  if (cause === undefined) return { state: 'finished' }
  const state = cause.type === 'signal' ? 'aborted' : 'crashed'
  return { state, cause, error: { name: NAMES[cause.type] ?? 'Error', message: describeCause(cause) } }
}

const NAMES: Partial<Record<Cause['type'], string>> = {
  killed: 'Killed',
  'oom-killed': 'OutOfMemory',
  'crashed-natively': 'NativeCrash',
  'lost-contact': 'LostContact',
  exit: 'ProcessExit',
  signal: 'Signal',
}

function causeOf({ memory, crash, heap }: Remains, exit: Exit | undefined): Cause | undefined {
  if (exit === undefined) {
    const evidence = ['nobody could read the exit status', ...memory]
    if (memory.length > 0) return { type: 'oom-killed', evidence }
    if (crash) return { type: 'crashed-natively', signal: 'SIGSEGV', evidence: [...evidence, `kernel log: ${crash}`] }
    return { type: 'lost-contact', evidence }
  }
  if ('code' in exit) return exit.code === 0 ? undefined : { type: 'exit', code: exit.code }
  const { signal } = exit
  const evidence = [`exit status: ${signal}`]
  if (signal === 'SIGKILL') {
    return memory.length > 0 ? { type: 'oom-killed', evidence: [...evidence, ...memory] } : { type: 'killed', evidence }
  }
  if (!NATIVE.has(signal)) return { type: 'signal', signal }
  if (signal === 'SIGABRT' && heap && heap.resident >= heap.limit * FULL) {
    const fact = `resident memory of ${megabytes(heap.resident)}, with Node's heap limited to ${megabytes(heap.limit)}`
    return { type: 'oom-killed', evidence: [...evidence, fact] }
  }
  return { type: 'crashed-natively', signal, evidence: crash ? [...evidence, `kernel log: ${crash}`] : evidence }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`
}

/** Takes apart a wait status, as of `waitpid(2)`. */
export function exitOf(status: number): Exit {
  const signal = status & 0x7f
  if (signal === 0) return { code: (status >> 8) & 0xff }
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return { signal: name ?? `signal ${signal}` }
}
