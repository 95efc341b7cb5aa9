import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { close, closeSync, existsSync, openSync, watch, writeSync, type FSWatcher } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { unref } from './unref.ts'

const SHELL = '/bin/sh'
// Waits for a word; at the end of input instead, the process is dead, and what the kernel still knows of it is passed
// on. A shell is up in a millisecond, and none of this starts another program.
const SCRIPT = 'read -r word && exit; read -r stat </proc/"$0"/stat && printf "%s\\n" "$stat"'
/** Asks to be told when memory was short for a second within two; nobody listens. */
const PRESSURE = { file: '/proc/pressure/memory', trigger: 'some 1000000 2000000\n' }

/** Sees how this process dies, and tells the background process. Linux only; sees nothing elsewhere. */
export interface ExitWitness {
  /**
   * What it will say, for the background process to inherit. It is a pipe and no file: a full disk or a deleted folder
   * must not hide a death.
   */
  readonly testimony: Readable
  /** It is not needed any more. */
  dismiss(): void
}

/**
 * Only the parent of a process is told how it ended. Anybody can read it for as long as the process is a zombie, which
 * is until its parent has asked: a matter of microseconds, and too soon for a process that has to wake up first.
 *
 * @param dir - The run folder, so that `ps` shows whose witness it is.
 */
export function postWitness(dir: string): ExitWitness | undefined {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return undefined
  const release = slowDownDeath()
  try {
    const witness: ChildProcessByStdio<Writable, Readable, null> = spawn(
      SHELL,
      ['-c', SCRIPT, String(process.pid), dir],
      { cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'ignore'], env: {} },
    )
    witness.on('error', () => {})
    witness.stdin.on('error', () => {})
    witness.stdout.on('error', () => {})
    witness.unref()
    unref(witness.stdin)
    unref(witness.stdout)
    return {
      testimony: witness.stdout,
      dismiss: () => {
        release()
        witness.stdin.end('done\n')
        witness.stdout.destroy()
      },
    }
  } catch {
    release()
    return undefined
  }
}

/**
 * Linux closes a dead process's descriptors in reverse order, and takes a few milliseconds over one that watches files,
 * or memory pressure. One that is older than the witness's pipe keeps the process a zombie for that long after the pipe
 * has been closed. One of them alone is now and then too quick: measured on busy machines, it left 6 deaths of 100
 * unseen, and both left 1 of 200.
 *
 * @returns lets go of them.
 */
function slowDownDeath(): () => void {
  const watcher = watchSelf()
  const pressure = watchPressure()
  return () => {
    watcher?.close()
    // Not at once: it takes 10 ms and more.
    if (pressure !== undefined) close(pressure, () => {})
  }
}

function watchSelf(): FSWatcher | undefined {
  try {
    return watch(process.execPath, { persistent: false }).on('error', () => {})
  } catch {
    // No more watches for this user.
    return undefined
  }
}

function watchPressure(): number | undefined {
  let fd: number | undefined
  try {
    fd = openSync(PRESSURE.file, 'r+')
    writeSync(fd, PRESSURE.trigger)
    return fd
  } catch {
    // This kernel does not offer it, or not to everybody.
    if (fd !== undefined) closeSync(fd)
    return undefined
  }
}
