// Records the runs that the kit ships, by real programs that end in every way: pnpm record:journals
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TARGET = join(ROOT, 'packages/core/journals')
const TRAIN = ['--conditions=source', '--import', 'tsx', join(ROOT, 'test/kit/train.ts')]
const JOURNAL = 'journal.jsonl'

for (const ending of ['finished', 'crashed', 'resumed', 'killed', 'torn']) {
  const logdir = mkdtempSync(join(tmpdir(), 'swanlab-journals-'))
  try {
    if (ending === 'killed' || ending === 'torn') await killed(ending, logdir)
    else spawnSync(process.execPath, [...TRAIN, ending, logdir], { cwd: ROOT, stdio: 'ignore' })
    ship(ending, logdir)
  } finally {
    rmSync(logdir, { recursive: true })
  }
}

async function killed(ending: string, logdir: string): Promise<void> {
  const training: ChildProcess = spawn(process.execPath, [...TRAIN, ending, logdir], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(training.stdout!, 'data').then(() => untilRecorded(logdir, '"ready"'))
  training.kill('SIGKILL')
  await once(training, 'exit')
  if (ending === 'killed') await untilRecorded(logdir, '"finish"')
}

async function untilRecorded(logdir: string, what: string): Promise<void> {
  while (!readFileSync(join(logdir, runIn(logdir), JOURNAL), 'utf8').includes(what)) await sleep(50)
}

function runIn(logdir: string): string {
  return readdirSync(logdir).find((name) => name.startsWith('run-'))!
}

/** What a run is, without what background processes keep beside it, and without the names of this machine. */
function ship(ending: string, logdir: string): void {
  const name = runIn(logdir)
  const target = join(TARGET, ending, name)
  rmSync(join(TARGET, ending), { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const part of ['media', 'files']) cpSync(join(logdir, name, part), join(target, part), { recursive: true })
  const journal = readFileSync(join(logdir, name, JOURNAL), 'utf8')
    .replaceAll(logdir, '/data/swanlog')
    .replaceAll(ROOT, '/data/')
    .replaceAll(/"host":"[^"]*"/g, '"host":"training"')
    .replaceAll(/"scope":"[^"]*"/g, '"scope":"00000000-0000-0000-0000-000000000000 pid:[1]"')
  // A power cut leaves what had reached the disk.
  writeFileSync(join(target, JOURNAL), ending === 'torn' ? journal.slice(0, -25) : journal)
}
