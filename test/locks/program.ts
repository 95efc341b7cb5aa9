import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { init } from 'swanlab'
import { takeLock, type TakenLock } from '@swanlab/journal'
import { createServer } from '@swanlab/server'

// What asks for locks in these tests: does what the lines of its standard input say, and answers each with one.
type Command =
  | { readonly take: string }
  | { readonly release: true }
  | { readonly add: string; readonly times: number; readonly dieAfter?: number | undefined }
  | { readonly run: { readonly id: string; readonly logdir: string; readonly resume: 'allow' | 'must' } }
  | { readonly child: true }
  | { readonly finish: true }
  | { readonly serve: string; readonly allowWeakLock?: boolean | undefined }

let held: TakenLock | undefined
let run: Awaited<ReturnType<typeof init>> | undefined

/** Adds one to the number in a file, as only somebody alone can. */
function add(file: string): void {
  for (;;) {
    const lock = takeLock(`${file}.lock`)
    if (!lock.taken) continue
    writeFileSync(file, String(Number(readFileSync(file, 'utf8')) + 1))
    lock.release()
    return
  }
}

function dieHolding(path: string): void {
  while (!takeLock(path).taken) continue
  process.kill(process.pid, 'SIGKILL')
  // The signal arrives now or a moment later.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
}

async function obey(command: Command): Promise<unknown> {
  if ('take' in command) {
    const lock = takeLock(command.take)
    if (lock.taken) held = lock
    return lock.taken
  }
  if ('release' in command) return held?.release()
  if ('add' in command) {
    for (let i = 0; i < command.times; i++) {
      if (i === command.dieAfter) dieHolding(`${command.add}.lock`)
      add(command.add)
    }
    return command.times
  }
  if ('run' in command) {
    run = await init({
      project: 'locks',
      mode: 'offline',
      ...command.run,
      settings: { metadataCollect: false, requirementsCollect: false },
    })
    for (let i = 0; i < 5; i++) run.log({ loss: 1 / (i + 1) })
    return { pid: process.pid, dir: run.dir }
  }
  if ('child' in command) return { pid: spawn('sleep', ['60'], { stdio: 'ignore' }).pid }
  if ('finish' in command) return (await run?.finish())?.state
  const { url } = await createServer({ dataDir: command.serve, port: 0, allowWeakLock: command.allowWeakLock })
  return { url }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Command).catch((error: Error) => ({ error: error.message }))
  process.stdout.write(`${JSON.stringify(answer ?? null)}\n`)
}
process.exit()
