import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How long what is about to be closed may take, in milliseconds. */
const PATIENCE = 1_000
const POLL = 10

interface Handle {
  readonly type: string
  readonly resource: { hasRef(): boolean }
  readonly madeAt: string
}

/**
 * Does something, and answers what of it keeps the process alive afterwards: timers, sockets, servers, processes,
 * watchers, with the lines that made them. What others do meanwhile does not count.
 */
export async function openHandlesAfter(work: () => Promise<void>): Promise<readonly string[]> {
  const mine = new AsyncLocalStorage<true>()
  const handles = new Map<number, Handle>()
  const hook = createHook({
    init(id, type, _trigger, resource) {
      if (!mine.getStore() || typeof (resource as Partial<Handle['resource']>).hasRef !== 'function') return
      const { stack = '' } = new Error('made')
      // The deadline of what still hangs, which is about something else.
      if (!stack.includes('withDeadline'))
        handles.set(id, { type, resource: resource as Handle['resource'], madeAt: caller(stack) })
    },
    destroy: (id) => void handles.delete(id),
  }).enable()
  try {
    await mine.run(true, work)
    const open = (): Handle[] => [...handles.values()].filter(({ resource }) => resource.hasRef())
    for (let waited = 0; open().length > 0 && waited < PATIENCE; waited += POLL) await sleep(POLL)
    return open().map(({ type, madeAt }) => `${type}, made ${madeAt}`)
  } finally {
    hook.disable()
  }
}

/**
 * Files in a folder that this process holds open. Where the system does not say: none. What only waits for the garbage
 * collector, as with some native modules, is closed by it first.
 */
export async function openFilesIn(folder: string): Promise<readonly string[]> {
  const open = (): string[] => descriptors().filter((path) => path.startsWith(folder))
  for (let tries = 0; open().length > 0 && tries < 3; tries++) {
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
    await sleep(POLL)
  }
  return open()
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        // That of the listing itself.
        return []
      }
    })
  } catch {
    return []
  }
}

/** The first lines of a stack that are neither Node's nor this file's. */
function caller(stack: string): string {
  const lines = stack.split('\n').slice(1)
  const own = lines.filter((line) => !/\(node:|at node:|open-handles\.[jt]s/.test(line)).map((line) => line.trim())
  return own.slice(0, 3).join(' ') || 'inside Node'
}
