import type { Backend } from '../kernel/backend.ts'
import type { Callback } from '../kernel/callback.ts'
import type { Mode } from '../kernel/payloads.ts'
import type { CloudChoices } from './cloud/prepare.ts'
import { cliCommand } from '../runtime/cli-command.ts'
import { disabledMode } from './disabled.ts'
import { RecordingBackend, type RecordingOptions } from './recording.ts'

export type ModeOptions = Omit<RecordingOptions, 'mode' | 'hint'>

/** A mode that has what it needs. */
export interface PreparedMode {
  /** May be another one than was asked for. */
  readonly mode: Mode
  /** Callbacks that belong to the mode. */
  readonly callbacks: readonly Callback[]
  readonly backend: (options: ModeOptions) => Backend
}

const local: PreparedMode = {
  mode: 'local',
  callbacks: [],
  backend: (options) =>
    new RecordingBackend({
      ...options,
      mode: 'local',
      hint: (dir) => `Everything stays on this machine: ${dir}/journal.jsonl holds one JSON record a line`,
    }),
}

const offline: PreparedMode = {
  mode: 'offline',
  callbacks: [],
  backend: (options) =>
    new RecordingBackend({
      ...options,
      mode: 'offline',
      hint: (dir) => `Nothing is uploaded; this does it later: ${cliCommand('sync', dir)}`,
    }),
}

const disabled: PreparedMode = { mode: 'disabled', callbacks: [], backend: disabledMode }

/**
 * Gets a mode ready, before anything of the run exists.
 *
 * @throws SwanLabError when it lacks something, such as an API key.
 */
export async function prepareMode(mode: Mode, choices: CloudChoices): Promise<PreparedMode> {
  if (mode !== 'cloud') return { local, offline, disabled }[mode]
  // Nobody else needs the network.
  const { prepareCloud } = await import('./cloud/prepare.ts')
  return (await prepareCloud(choices)) ?? offline
}
