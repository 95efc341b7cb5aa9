import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { blockMemory } from '../blocks/cached-block.ts'
import type { ConsoleMatches, ConsolePage } from '../protocol/runs.ts'
import { BlockStore } from './block-store.ts'
import { Library } from './library.ts'
import type { FromWorker, QuestionName, Questions, ToWorker, WorkerOptions } from './worker-messages.ts'

type Search = Generator<undefined, ConsoleMatches | ConsolePage>

/** Milliseconds between two looks at runs that are open, where the file system sends no notices. */
const POLL = 1_000

const port = parentPort as MessagePort
const { cacheFolder } = workerData as WorkerOptions
const store = cacheFolder === undefined ? undefined : new BlockStore(cacheFolder, blockMemory())
/** What is done one piece at a time, so that messages come in between, by number of the question. */
const searches = new Map<number, Search>()
let scheduled = false

const library = new Library({
  store,
  onGrown: (dir, offset, end) => post({ type: 'grown', dir, offset, end }),
  onWork: schedule,
})
const timer = setInterval(() => library.poll(), POLL)

port.on('message', (message: ToWorker) => {
  if (message.type === 'ask') take(message)
  else if (message.type === 'forget') forget(message.id)
  else close()
})

function take({ id, name, ask }: ToWorker & { type: 'ask' }): void {
  try {
    if (name === 'find' || name === 'console') {
      searches.set(id, searchFor(name, ask))
      return schedule()
    }
    const answer = answers[name](ask as never)
    post({ type: 'answer', id, answer }, answer instanceof Uint8Array ? [answer.buffer as ArrayBuffer] : [])
  } catch (error) {
    refuse(id, error)
  }
}

function searchFor(name: 'find' | 'console', ask: Questions[QuestionName]['ask']): Search {
  if (name === 'find') {
    const { dir, text, after } = ask as Questions['find']['ask']
    return library.find(dir, text, after)
  }
  const { dir, from, count } = ask as Questions['console']['ask']
  return library.console(dir, from, count)
}

function refuse(id: number, error: unknown): void {
  const { message, code } = error as NodeJS.ErrnoException
  post({ type: 'error', id, message, code })
}

const answers: {
  [Name in Exclude<QuestionName, 'find' | 'console'>]: (ask: Questions[Name]['ask']) => Questions[Name]['answer']
} = {
  rows: ({ dirs, known }) => library.list.changed(dirs, known),
  detail: ({ dir }) => library.detail(dir),
  media: ({ dir, key, from }) => library.media(dir, key, from),
  series: ({ query, dirs }) => library.series(query, new Map(dirs)),
  since: ({ dir, offset }) => library.since(dir, offset),
}

function forget(id: number): void {
  searches.get(id)?.return({ lines: [], total: 0 })
  searches.delete(id)
}

function schedule(): void {
  if (scheduled) return
  scheduled = true
  // Messages that have come in meanwhile are taken first.
  setImmediate(work)
}

function work(): void {
  scheduled = false
  searchOn()
  const more = library.work()
  if (more || searches.size > 0) schedule()
}

/** One step of the search that waits longest. */
function searchOn(): void {
  const [next] = searches
  if (!next) return
  const [id, search] = next
  searches.delete(id)
  try {
    const { done, value } = search.next()
    if (done) post({ type: 'answer', id, answer: value })
    else searches.set(id, search)
  } catch (error) {
    refuse(id, error)
  }
}

function close(): void {
  clearInterval(timer)
  for (const id of searches.keys()) forget(id)
  library.close()
  port.close()
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
