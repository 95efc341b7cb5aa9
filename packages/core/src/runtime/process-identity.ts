import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Tells a process apart from all others, also from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Start of the process in the kernel's own count; absent where it cannot be known. */
  readonly started?: string | undefined
}

export function thisProcess(): ProcessIdentity {
  const started = startOf(process.pid)
  return { pid: process.pid, host: hostname(), ...(started && { started }) }
}

/** Absent: it runs on another machine, so nobody here can say. */
export function isAlive({ pid, host, started }: ProcessIdentity): boolean | undefined {
  if (host !== hostname()) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return started === undefined || now === undefined || started === now
}

/** Field 22 of /proc/<pid>/stat; the command before it may hold blanks and parentheses. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
