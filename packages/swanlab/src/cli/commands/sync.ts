import { basename, resolve } from 'node:path'
import { login, sync, type SyncOptions, type SyncReport } from '@swanlab/cloud'
import { findHosts, findKey, describeKey } from '@swanlab/cloud/internal'
import { SwanLabError } from '@swanlab/core'
import type { Command } from 'commander'
import { givenKey } from '../api-key.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { notLoggedIn } from '../not-logged-in.ts'
import { leftOut, note, print, printJson } from '../output.ts'
import { parseSeconds, parseStep, parseTime } from '../parse.ts'
import { reachHost } from '../ping-host.ts'
import { showProgress } from '../progress.ts'

type Flags = Omit<SyncOptions, 'onProgress' | 'report' | 'transport'> & { readonly json?: boolean }

/** What became of one folder. */
type Result = { readonly folder: string } & (SyncReport | { readonly complete: false; readonly error: unknown })

const EXAMPLES = `
Doing it again changes nothing, and uploads what has been added since. A run that is still being written is uploaded as
far as it is. With bounds, inclusive ones, a part of each run is uploaded. Times are 2026-04-01T10:15 (local),
2026-04-01T10:15:00Z, or seconds or milliseconds since 1970.

Examples:
  $ swanlab sync swanlog/run-*
  $ swanlab sync swanlog/run-20260401_101500-4x8 --project cats --workspace team
  $ swanlab sync swanlog/run-20260401_101500-4x8 --id second-try --start-step 1000`

export function addSync(program: Command): void {
  const command: Command = program
    .command('sync')
    .description('upload recorded runs')
    .argument('<folder...>', 'run folders')
    .option('-i, --id <id>', 'id of the run on the server (default: its own); for one folder only')
    .option('-p, --project <name>', 'project (default: that of the run)')
    .option('-w, --workspace <name>', 'workspace (default: that of the run, or the personal one)')
    .option('--host <address>', "the server's address (default: the one that programs started here use)")
    .option('-k, --api-key <key>', 'the key; "-" reads it from standard input (default: the one that is kept)')
    .option('--start-step <step>', 'first step', parseStep)
    .option('--end-step <step>', 'last step', parseStep)
    .option('--start-time <time>', 'earliest time', parseTime)
    .option('--end-time <time>', 'latest time', parseTime)
    .option('--timeout <seconds>', 'how long an outage is waited for (default: 60)', parseSeconds)
    .option('--json', 'answer in JSON')
    .addHelpText('after', EXAMPLES)
    .action((folders: string[], flags: Flags) => run(command, folders, flags))
}

async function run(command: Command, folders: string[], { json, apiKey, ...flags }: Flags): Promise<void> {
  check(command, folders, flags)
  const { host } = flags
  const given = { host, apiKey: await givenKey(apiKey) }
  const key = findKey(given)
  if (!key) throw notLoggedIn(findHosts(given).api)
  note(describeKey(key))
  // A wrong key is known at once; an upload would wait for its server to come to its senses.
  const { host: api } = await login(given)
  const results: Result[] = []
  for (const folder of folders) {
    const result = await syncOne(folder, flags)
    results.push(result)
    if (!json) printResult(result, api)
    if (await isHopeless(result, api)) break
  }
  const left = folders.length - results.length
  if (left > 0) note(`${left} more ${left === 1 ? 'folder has' : 'folders have'} not been tried.`)
  if (json) printJson(results.map(plain))
  const codes = results.map(exitCode)
  process.exitCode = Math.max(...codes)
}

function check(command: Command, folders: readonly string[], flags: Flags): void {
  const { id, startStep, endStep, startTime, endTime } = flags
  if (id !== undefined && folders.length > 1) command.error('error: --id names one run, but there are several folders')
  if (startStep !== undefined && endStep !== undefined && startStep > endStep)
    command.error('error: --start-step is behind --end-step')
  if (startTime !== undefined && endTime !== undefined && startTime > endTime)
    command.error('error: --start-time is behind --end-time')
}

async function syncOne(path: string, flags: Flags): Promise<Result> {
  const folder = resolve(path)
  const progress = await showProgress(basename(folder))
  try {
    const report = await sync(folder, {
      ...flags,
      onProgress: (done, total) => progress.update(done, total),
      report: (level, message) => (level === 'warn' || level === 'error' ? progress.note(message) : undefined),
    })
    return { folder, ...report }
  } catch (error) {
    return { folder, complete: false, error }
  } finally {
    progress.stop()
  }
}

/** Whether the other folders would fail in the same way, each after a long wait. */
async function isHopeless(result: Result, api: string): Promise<boolean> {
  if (!('error' in result) || !(result.error instanceof SwanLabError)) return false
  if (result.error.code === 'LOGIN_FAILED') return true
  if (result.error.code !== 'CLOUD_UNREACHABLE') return false
  return reachHost(api).then(
    () => false,
    () => true,
  )
}

function exitCode(result: Result): number {
  if ('error' in result) return exitCodeOf(result.error)
  return result.complete ? EXIT.ok : EXIT.failed
}

function printResult(result: Result, api: string): void {
  const name = basename(result.folder)
  if ('error' in result) return note(`${name}: ${messageOf(result.error)}`)
  const { complete, arrived, url = api, state, damaged, reason } = result
  const remarks = [
    ...(state === 'running' ? ['it is still being written; sync it again later'] : []),
    ...(damaged > 0 ? [leftOut(damaged)] : []),
  ]
  const done = arrived > 0 ? `uploaded to ${url}` : `nothing new; all of it is at ${url}`
  const what = complete ? done : `NOT complete (${reason ?? 'unknown'}); sync it again`
  print([`${name}: ${what}`, ...remarks].join('; '))
}

function plain(result: Result): object {
  if (!('error' in result)) return result
  const { error, ...rest } = result
  const code = error instanceof SwanLabError ? error.code : undefined
  return { ...rest, error: { code, message: messageOf(error) } }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
