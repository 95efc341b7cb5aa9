import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Identifies a process among all others, also from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Start of the process in the kernel's own count; absent where it cannot be known. */
  readonly started?: string | undefined
  /**
   * Where its number means something: which boot of the kernel, and which PID namespace. Machines and containers share
   * host names, and numbers even more. Absent where it cannot be known, and in what earlier versions wrote.
   */
  readonly scope?: string | undefined
}

let own: ProcessIdentity | undefined

export function thisProcess(): ProcessIdentity {
  own ??= identityOf(process.pid)
  return own
}

/** Of a process on this machine that lives. */
export function identityOf(pid: number): ProcessIdentity {
  const started = kernelRecord(pid)?.started
  const scope = scopeHere()
  return { pid, host: hostname(), ...(started && { started }), ...(scope && { scope }) }
}

/** Absent: it runs on another machine or in another container, so nobody here can say. */
export function isAlive({ pid, host, started, scope }: ProcessIdentity): boolean | undefined {
  if (scope === undefined ? host !== hostname() : scope !== scopeHere()) return undefined
  // Numbers below 1 mean groups of processes.
  if (!Number.isSafeInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = kernelRecord(pid)
  if (now === undefined) return true
  // Dead, and nobody has asked how it ended: in containers the first process often asks nobody.
  if (now.state === 'Z' || now.state === 'X') return false
  return started === undefined || started === now.started
}

let scopeOfThis: string | undefined

function scopeHere(): string | undefined {
  try {
    scopeOfThis ??= `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // Only Linux says.
  }
  return scopeOfThis
}

/** Fields 3 and 22 of /proc/<pid>/stat; the command before them may hold blanks and parentheses. */
function kernelRecord(pid: number): { state: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, started: fields[19]! }
  } catch {
    return undefined
  }
}
