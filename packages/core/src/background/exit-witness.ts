import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, watch, type FSWatcher } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { besideMark } from '../journal/running.ts'
import { unref } from './unref.ts'

const SHELL = '/bin/sh'
// Waits for a word; at the end of input instead, the process is dead, and what the kernel still knows of it is kept. A
// shell is up in a millisecond, and none of this starts another program.
const SCRIPT = 'read -r word && exit; read -r stat </proc/"$0"/stat && printf "%s\\n" "$stat" >"$1"'

/** Wait status of a process that died, as of `waitpid(2)`. */
export type WaitStatus = number

/** Sees how this process dies, and writes it down. Linux only; sees nothing elsewhere. */
export interface ExitWitness {
  /** It is not needed any more. */
  dismiss(): void
}

/**
 * Only the parent of a process is told how it ended. Anybody can read it for as long as the process is a zombie, which
 * is until its parent has asked: a matter of microseconds, and too soon for a process that has to wake up first.
 *
 * @param dir - The run folder.
 */
export function postWitness(dir: string): ExitWitness | undefined {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return undefined
  const brake = slowDownDeath()
  try {
    const witness = spawn(SHELL, ['-c', SCRIPT, String(process.pid), statusFile(dir)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    })
    witness.on('error', () => {})
    witness.stdin.on('error', () => {})
    witness.unref()
    unref(witness.stdin)
    return {
      dismiss: () => {
        brake?.close()
        witness.stdin.end('done\n')
      },
    }
  } catch {
    brake?.close()
    return undefined
  }
}

/** What the witness saw; absent when there was none, or it was too late. @param patience - Milliseconds. */
export async function hearWitness(dir: string, patience: number): Promise<WaitStatus | undefined> {
  for (let waited = 0; ; waited += 10) {
    const status = readStatus(statusFile(dir))
    if (status !== undefined || waited >= patience) return status
    await sleep(10)
  }
}

function readStatus(path: string): WaitStatus | undefined {
  try {
    // The name of the program may hold anything; the fields begin after it.
    const fields = readFileSync(path, 'latin1').split(') ').at(-1)!.trim().split(' ')
    const status = Number(fields[49])
    // On its way out it may still count as running, but then the status says more than the 0 of a living process.
    return status > 0 || (status === 0 && /^[ZXx]$/.test(fields[0]!)) ? status : undefined
  } catch {
    return undefined
  }
}

export function forgetWitness(dir: string): void {
  rmSync(statusFile(dir), { force: true })
}

/**
 * Linux closes a dead process's descriptors in reverse order, and takes a few milliseconds over one that watches files.
 * One that is older than the witness's pipe keeps the process a zombie for that long after the pipe has been closed.
 */
function slowDownDeath(): FSWatcher | undefined {
  try {
    return watch(process.execPath, { persistent: false }).on('error', () => {})
  } catch {
    // No more watches for this user: the witness may then come too late.
    return undefined
  }
}

function statusFile(dir: string): string {
  return besideMark(dir, 'status')
}
