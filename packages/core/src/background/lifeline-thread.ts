import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** What the thread at the lifeline tells the rest of the background process. */
export type LifelineNews =
  | { readonly type: 'line'; readonly text: string }
  /** The other end is gone. `status` is the wait status of `parent`, when it could still be read. */
  | { readonly type: 'cut'; readonly parent: number; readonly status?: number | undefined }

const INPUT = 0
/** The training, unless it died before this process began to live. */
const parent = process.ppid
const chunk = Buffer.alloc(65_536)
const stat = Buffer.alloc(2_048)

// A dead process's exit status can be read until its parent has asked for it, which may be some fifty microseconds. Only
// a thread that sleeps in `read` and does nothing else is there in time.
const status = statusReader(parent)
let text = ''
for (let read = blockingRead(); read > 0; read = blockingRead()) {
  text += chunk.toString('utf8', 0, read)
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    const line = text.slice(0, end)
    text = text.slice(end + 1)
    post({ type: 'line', text: line })
  }
}
post({ type: 'cut', parent, status: status?.() })

function post(news: LifelineNews): void {
  parentPort?.postMessage(news)
}

/** 0 at the end, whatever ended it. */
function blockingRead(): number {
  for (;;) {
    try {
      return readSync(INPUT, chunk)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return 0
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

/**
 * Opens the kernel's record of the main thread of a process. It stays that process's, however numbers are used again.
 * Absent where there is no /proc.
 */
function statusReader(pid: number): (() => number | undefined) | undefined {
  try {
    const fd = openSync(`/proc/${pid}/task/${pid}/stat`, 'r')
    const read = (): number | undefined => {
      try {
        const fields = stat.toString('latin1', 0, readSync(fd, stat, 0, stat.length, 0)).split(') ').at(-1)!.split(' ')
        return Number(fields[49])
      } catch {
        return undefined
      }
    }
    // Compiled beforehand: the one call that counts must be quick.
    for (let i = 0; i < 500; i++) read()
    return () => {
      const found = read()
      closeSync(fd)
      return found
    }
  } catch {
    return undefined
  }
}
