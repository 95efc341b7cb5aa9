import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { httpServer } from '@swanlab/core/testing'
import { ROOT } from '../docs/pages.ts'
import { startSurroundings, type Surroundings } from '../docs/surroundings.ts'
import { Newcomer } from '../docs/walk.ts'
import { expectNoOrphans } from '../orphans.ts'

// The short way to a plugin, gone to its end by somebody who has nothing but npm: a package is made, tested and packed,
// installed in an empty folder beside `swanlab`, and delivers its message about a training that was killed.
// `pnpm test:plugin`.

const NAME = 'swanlab-plugin-pager'
const KINDS = ['notifier', 'exporter', 'rule', 'backend']
const SECRET = 'hunter2hunter2'
/** Longest wait for the message, in milliseconds. */
const LONGEST = 30_000

const TRAINING = `
import { init } from 'swanlab'
import { PagerNotifier } from '${NAME}'

const pager = new PagerNotifier({ url: process.env.PAGER_URL })
const run = await init({ project: 'cats', mode: 'offline', callbacks: [pager] })
console.log(JSON.stringify({ callbacks: run.callbacks, dir: run.dir }))
run.log({ loss: 0.5 })
process.kill(process.pid, 'SIGKILL')
`

const began = performance.now()
function done(what: string): void {
  console.log(`ok  ${((performance.now() - began) / 1_000).toFixed(1).padStart(5)} s  ${what}`)
}

async function must(newcomer: Newcomer, command: string, folder = newcomer.app): Promise<void> {
  const failure = await newcomer.run(['sh', '-c', command], folder)
  if (failure !== undefined) throw new Error(`${command}\n${failure}`)
}

/** @returns path of the package as npm would publish it. */
async function makePlugin(surroundings: Surroundings): Promise<string> {
  const author = new Newcomer('author', surroundings)
  const folderOf = (kind: string): string => join(author.app, kind === 'notifier' ? NAME : `my-${kind}`)
  for (const kind of KINDS) {
    const name = kind === 'notifier' ? NAME : `my-${kind}`
    await must(author, `npm create swanlab-plugin ${name} -- --kind ${kind}`)
  }
  done('made, one of each kind')
  const pager = folderOf('notifier')
  await must(author, 'npm install', pager)
  done('npm install')
  for (const kind of KINDS) {
    // They need the same packages.
    if (kind !== 'notifier') symlinkSync(join(pager, 'node_modules'), join(folderOf(kind), 'node_modules'))
    await must(author, 'npm test', folderOf(kind))
    done(`npm test of a ${kind}`)
  }
  await must(author, 'npm pack', pager)
  const [tarball = ''] = readdirSync(pager).filter((name) => name.endsWith('.tgz'))
  const path = join(pager, tarball)
  await must(author, `${join(ROOT, 'node_modules/.bin/publint')} run --strict ${path}`)
  done(`npm pack: ${statSync(path).size} bytes`)
  return path
}

async function useAfterKill(surroundings: Surroundings, tarball: string): Promise<void> {
  const user = new Newcomer('user', surroundings)
  await must(user, `npm init -y && npm install swanlab ${tarball}`)
  done('installed in an empty folder, beside swanlab')
  // Once it is not there, for good measure.
  await using pager = await httpServer([{ status: 503 }])
  writeFileSync(join(user.app, 'train.mjs'), TRAINING)
  const env = { ...user.env, PAGER_URL: `${pager.url}/${SECRET}` }
  const training = spawn(process.execPath, ['train.mjs'], { cwd: user.app, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [printed, said, [, signal]] = await Promise.all([
    text(training.stdout),
    text(training.stderr),
    once(training, 'exit') as Promise<[number | null, string | null]>,
  ])
  assert.equal(signal, 'SIGKILL', said)
  const { callbacks, dir } = JSON.parse(printed) as { callbacks: object[]; dir: string }
  assert.deepEqual(
    callbacks.filter((one) => 'name' in one && one.name === 'PagerNotifier'),
    [{ name: 'PagerNotifier', place: 'resident' }],
  )
  done('a training was killed with SIGKILL; its notifier is resident')
  const [refused, taken] = await within(LONGEST, pager.received(2))
  const { title, text: message } = taken!.json() as { title: string; text: string }
  assert.equal(refused!.body, taken!.body)
  assert.match(title, /killed|crashed/i)
  assert.match(message, /SIGKILL/)
  done(`the message has arrived: ${title}`)
  if (process.platform === 'linux') await expectNoOrphans(join(user.app, 'swanlog'))
  assert.equal(pager.requests.length, 2)
  const shown = [printed, said, ...filesIn(dir).map((path) => readFileSync(path, 'latin1'))]
  assert.ok(!shown.some((content) => content.includes(SECRET)), 'the URL is shown somewhere')
  done('sent once; its URL is in no file and no message; no process is left')
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const surroundings = await startSurroundings()
try {
  await useAfterKill(surroundings, await makePlugin(surroundings))
} finally {
  surroundings.close()
}
