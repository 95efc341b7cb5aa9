import { clean, note } from './output.ts'

/** How far an upload is, for people. */
export interface Progress {
  update(done: number, total: number): void
  /** Something that happened meanwhile. */
  note(message: string): void
  stop(): void
}

/** Between two lines where there is no terminal, in milliseconds. */
const LINE_EVERY = 10_000

/** A bar on a terminal, a line from time to time elsewhere; on standard error, so that results stay pipeable. */
export async function showProgress(name: string): Promise<Progress> {
  return process.stderr.isTTY ? bar(name) : lines(name)
}

async function bar(name: string): Promise<Progress> {
  const { default: progress } = await import('cli-progress')
  const one = new progress.SingleBar({
    format: '{name} [{bar}] {percentage}%',
    stream: process.stderr,
    clearOnComplete: true,
    barsize: 30,
    // It would keep Ctrl-C from ending the program; without it, nothing of the terminal may be changed meanwhile.
    gracefulExit: false,
    linewrap: true,
  })
  let [now, most] = [0, 1]
  const start = (): void => one.start(most, now, { name: clean(name) })
  start()
  return {
    update: (done, total) => {
      ;[now, most] = [done, Math.max(total, 1)]
      one.setTotal(most)
      one.update(now)
    },
    note: (message) => {
      one.stop()
      note(message)
      start()
    },
    stop: () => one.stop(),
  }
}

function lines(name: string): Progress {
  let last = Date.now()
  return {
    update: (done, total) => {
      if (Date.now() - last < LINE_EVERY) return
      last = Date.now()
      note(`${name}: ${Math.floor((100 * done) / Math.max(total, 1))} %`)
    },
    note,
    stop: () => {},
  }
}
