import { init, type Alert, type Callback, type Run } from 'swanlab'

/** As much of a run as the programs use. */
export type Training = Pick<Run, 'log'> & {
  finish(options?: { error?: unknown }): Promise<unknown>
  alert(alert: Pick<Alert, 'title'>): void
  config: Record<string, unknown>
}

const UNTRACKED: Training = { log: () => {}, alert: () => {}, finish: () => Promise.resolve(), config: {} }

/** Is this the program with the tracker, or the one it is compared with? */
export const tracked: boolean = process.argv[3] === 'with'

/** Starts a run, or the same program without one. */
export async function begin(...callbacks: Callback[]): Promise<Training> {
  if (!tracked) return UNTRACKED
  const run = await init({
    project: 'endings',
    mode: 'local',
    callbacks,
    settings: { background: false, metadataCollect: false, requirementsCollect: false },
  })
  return run as Training
}

/** Logs three rows. */
export function train(run: Training): void {
  for (let epoch = 0; epoch < 3; epoch++) run.log({ loss: 1 / (epoch + 1) })
}

/** Lives until something ends it; at most for the bounded time a test allows. */
export function live(): void {
  setInterval(() => {}, 1_000)
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

export function raise(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}

/** Something that will happen: a busy machine may need longer for it than any sleep. Keeps the program alive until then. */
export function point(): { readonly reached: Promise<void>; readonly reach: () => void } {
  const alive = setInterval(() => {}, 1_000)
  let reach = (): void => {}
  const reached = new Promise<void>((resolve) => {
    reach = () => {
      clearInterval(alive)
      resolve()
    }
  })
  return { reached, reach }
}
