import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './blocks.ts'
import { blocksIn, pages, ROOT } from './pages.ts'
import { quickStarts } from './quick-start.ts'
import { PACKED, startSurroundings } from './surroundings.ts'
import { Newcomer, type Tried } from './walk.ts'

// Every block of code on every page, copied by somebody who has nothing but the page, with the packages as they are
// packed. `pnpm test:docs packages/swanlab` tries the pages below a folder.

const [filter = ''] = process.argv.slice(2)
/** The README of the command line speaks of a run that its reader has. */
const HAS_A_RUN = 'packages/swanlab/README.md'
/** Two cores, and most of the time is spent on starting programs. */
const AT_ONCE = 3

const began = performance.now()
const surroundings = await startSurroundings()

async function tryPage(page: string): Promise<Tried[]> {
  const blocks = blocksIn(page)
  if (blocks.length === 0) return []
  const newcomer = new Newcomer(page, surroundings)
  if (page === HAS_A_RUN)
    cpSync(join(ROOT, 'test/fixtures/crashed-run'), join(newcomer.app, 'swanlog/run-20260401_101500-4x8'), {
      recursive: true,
    })
  // What is behind the README is read by somebody who has installed everything.
  if (page.startsWith('docs/')) {
    const failure = await newcomer.run(['sh', '-c', `npm init -y && npm install ${PACKED}/*.tgz`])
    if (failure !== undefined) throw new Error(`${page}: ${failure}`)
  }
  return newcomer.tryAll(blocks)
}

const chosen = pages().filter((page) => page.startsWith(filter))
const work = [
  ...chosen.map((page) => () => tryPage(page)),
  ...('README.md'.startsWith(filter) ? [() => quickStarts(surroundings)] : []),
]
const tried: Tried[] = []
const next = async (): Promise<void> => {
  for (let job = work.shift(); job; job = work.shift()) {
    const done = await job()
    tried.push(...done)
    for (const { block, failure } of done) tell(block, failure)
  }
}
try {
  await Promise.all(Array.from({ length: AT_ONCE }, next))
} finally {
  surroundings.close()
}

function tell({ page, line, language, mark }: Block, failure: string | undefined): void {
  const remark = mark.kind === 'runs' ? '' : ` (${[mark.kind, mark.reason].filter(Boolean).join(', ')})`
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${page}:${line} ${language}${remark}`)
  if (failure !== undefined) console.log(failure.replaceAll(/^/gm, '     | '))
}

const failed = tried.filter(({ failure }) => failure !== undefined).length
const unrun = tried.filter(({ block }) => block.mark.kind === 'not run').length
const seconds = ((performance.now() - began) / 1_000).toFixed(0)
console.log(`${tried.length} blocks, ${unrun} of them not run, ${failed} failed; ${seconds} s`)
process.exitCode = failed === 0 && tried.length > 0 ? 0 : 1
