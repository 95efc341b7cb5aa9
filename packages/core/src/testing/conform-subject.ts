import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Callback } from '../contract/callback.ts'
import { testRun, type TestRun, type TestRunOptions } from './test-run.ts'

/**
 * Makes the callback that is checked, as a program would.
 *
 * @param folder - An empty one, for whatever it writes.
 */
export type MakeCallback = (folder: string) => Callback | Promise<Callback>

/** Longest that a check waits for one run, in milliseconds: what runs tests gives up after five seconds. */
const LONGEST_WAIT = 4_000

/** The callback under check, inside one check. */
export class Subject {
  /** How long the end of a run is waited for, in milliseconds. */
  readonly patience: number
  readonly #make: MakeCallback
  readonly #folders: string[] = []

  constructor(make: MakeCallback, patience: number = LONGEST_WAIT) {
    this.#make = make
    this.patience = patience
  }

  /** An empty folder, which is gone after the check. */
  newFolder(): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'swanlab-conforms-'))
    this.#folders.push(folder)
    return folder
  }

  async make(folder: string = this.newFolder()): Promise<Callback> {
    return this.#make(folder)
  }

  async start(callback: Callback, options: TestRunOptions = {}): Promise<TestRun> {
    return testRun({ callbacks: callback, ...options })
  }

  close(): void {
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits for the end of a run. What still hangs is let go: that has a check of its own. */
export async function endedWithin(patience: number, test: TestRun, ended: Promise<unknown>): Promise<void> {
  await withinTime(ended, patience)
  void test.exit()
}

/** @returns false when it takes longer. */
export async function withinTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false)
  const inTime = await Promise.race([work.then(() => true), late])
  timer.abort()
  return inTime
}

/** What was reported about a callback that failed, without what took too long. */
export function failuresOf(reports: readonly string[], { name }: Callback): string[] {
  const about = reports.filter((line) => line.replace(/^error: /, '').startsWith(`Callback "${name}"`))
  return about.filter((line) => !/no answer within \d+ ms/.test(line))
}
