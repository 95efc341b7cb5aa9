import type { Backend } from '../kernel/backend.ts'
import type { Mode } from '../kernel/payloads.ts'
import { cloudMode } from './cloud.ts'
import { disabledMode } from './disabled.ts'
import { RecordingBackend, type RecordingOptions } from './recording.ts'

const MODES: Record<Mode, (options: Omit<RecordingOptions, 'mode' | 'hint'>) => Backend> = {
  cloud: cloudMode,
  disabled: disabledMode,
  local: (options) =>
    new RecordingBackend({
      ...options,
      mode: 'local',
      hint: (dir) => `Everything stays on this machine: ${dir}/journal.jsonl holds one JSON record a line`,
    }),
  offline: (options) =>
    new RecordingBackend({
      ...options,
      mode: 'offline',
      hint: (dir) => `Nothing is uploaded; keep ${dir} to sync it to a server later`,
    }),
}

/** The backend of a mode. */
export function backendOf(mode: Mode, options: Omit<RecordingOptions, 'mode' | 'hint'>): Backend {
  return MODES[mode](options)
}
