import { dirname } from 'node:path'
import type { Callback, Report } from '@swanlab/core'
import { cliCommand } from '@swanlab/core/internal'
import { journal, type Durability } from '@swanlab/journal'

/** What the callbacks of a mode are made with. */
interface ModeOptions {
  /** Absolute path of the folder of the run folders. */
  readonly logdir: string
  readonly durability: Durability
  /** True: a server that cannot be reached does not keep the run from starting. */
  readonly offlineFallback: boolean
  /** Milliseconds. */
  readonly finishTimeout: number
  readonly clock: () => number
  readonly report: Report
}

type MakeCallbacks = (options: ModeOptions) => readonly Callback[] | Promise<readonly Callback[]>

const local: MakeCallbacks = (options) => [journal({ ...options, mode: 'local', hint: hintOfLocal })]

const offline: MakeCallbacks = (options) => [journal({ ...options, mode: 'offline', hint: hintOfOffline })]

const cloud: MakeCallbacks = async (options) => {
  // Nobody else needs the network.
  const [{ cloud: upload }, { findLogin }] = await Promise.all([
    import('@swanlab/cloud'),
    import('@swanlab/cloud/internal'),
  ])
  const login = await findLogin()
  // Somebody was asked for a key, and would rather record here.
  if (login === 'offline') return offline(options)
  return [
    journal({ ...options, mode: 'cloud' }),
    upload({ ...login, offlineFallback: options.offlineFallback, report: options.report }),
  ]
}

/** Each mode is a name for a list of callbacks. */
export const MODES: Readonly<Record<'local' | 'offline' | 'cloud', MakeCallbacks>> = { cloud, offline, local }

/** The ways to record a run; `disabled` is a run that does nothing. Source: `mode` of `swanlab.init`. */
export type Mode = keyof typeof MODES | 'disabled'

function hintOfLocal(dir: string): string {
  return `Everything stays on this machine; this shows it, live: ${cliCommand('watch', dirname(dir))}`
}

function hintOfOffline(dir: string): string {
  return `Nothing is uploaded; this does it later: ${cliCommand('sync', dir)}`
}
