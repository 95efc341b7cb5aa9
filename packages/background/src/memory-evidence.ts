import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'

const CGROUPS = '/sys/fs/cgroup'
/** Bytes of the kernel's log that are looked at. */
const LOG_SIZE = 1_048_576

/** Finds out whether memory was the reason of a death. Linux only; says nothing elsewhere. */
export class MemoryEvidence {
  readonly #pid: number
  readonly #events: string | undefined
  readonly #before: number | undefined

  /** Takes note of how things are before the death. */
  constructor(pid: number) {
    this.#pid = pid
    this.#events = eventsOf(pid)
    this.#before = oomKills(this.#events)
  }

  /** Facts that speak for the system's out-of-memory killer; none when there are no such facts. */
  facts(): string[] {
    const facts: string[] = []
    const after = oomKills(this.#events)
    if (this.#before !== undefined && after !== undefined && after > this.#before)
      facts.push(`the control group counts ${after - this.#before} out-of-memory kill(s) since the run began`)
    const line = kernelLine((text) => /out of memory|oom-kill/i.test(text) && mentions(text, this.#pid))
    if (line) facts.push(`kernel log: ${line}`)
    return facts
  }
}

/** What the kernel's log says of a crash of this process; absent when it says nothing, or may not be read. */
export function crashInKernelLog(pid: number): string | undefined {
  return kernelLine((text) => /segfault|general protection|traps:|bus error/i.test(text) && mentions(text, pid))
}

function mentions(text: string, pid: number): boolean {
  return new RegExp(`(?:\\[|pid=|process )${pid}\\b`).test(text)
}

function eventsOf(pid: number): string | undefined {
  const path = /^0::(.+)$/m.exec(read(`/proc/${pid}/cgroup`) ?? '')?.[1]
  return path === undefined ? undefined : join(CGROUPS, path.trim(), 'memory.events')
}

function oomKills(events: string | undefined): number | undefined {
  const count = events && /^oom_kill (\d+)$/m.exec(read(events) ?? '')?.[1]
  return count ? Number(count) : undefined
}

/** The last line of the kernel's log that fits. Each read of /dev/kmsg gives one record, and EAGAIN after the last. */
function kernelLine(fits: (text: string) => boolean): string | undefined {
  let fd: number | undefined
  let found: string | undefined
  try {
    fd = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK)
    const record = Buffer.alloc(8_192)
    for (let total = 0; total < LOG_SIZE;) {
      const length = readSync(fd, record)
      total += length
      const text = record
        .toString('utf8', 0, length)
        .split('\n')[0]!
        .replace(/^[^;]*;/, '')
      if (fits(text)) found = text.slice(0, 300)
    }
  } catch {
    // The end of the log, or no right to read it.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
  return found
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
