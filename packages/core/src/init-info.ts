import { randomInt } from 'node:crypto'
import type { InitInfo } from './contract/payloads.ts'
import type { ResolvedOptions } from './options/init-options.ts'
import type { ConfigStore } from './contract/config.ts'
import type { RunSlot } from './current.ts'
import { createConfig } from './data/config-store.ts'
import { redactInfo } from './text/redact-payloads.ts'
import type { Redactor } from './text/redactor.ts'

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 21

/** What is known of the run before any callback is asked. */
export function infoOf(options: ResolvedOptions, startTime: number, config: ConfigStore, redactor: Redactor): InitInfo {
  const { project, workspace, experimentName, description, tags, public: visible, id = newId(), resume } = options
  const info = {
    id,
    project,
    workspace,
    experimentName,
    description,
    public: visible,
    resume,
    startTime,
    tags,
    resumed: false,
    config: config.snapshot(),
  }
  return Object.freeze(redactInfo(info, redactor))
}

/** The configuration of a run: what was written before `init`, and what `init` was given. */
export function configOf({
  config: given,
  redactor,
  slot,
}: Pick<ResolvedOptions, 'config'> & { readonly redactor: Redactor; readonly slot: RunSlot }): ConfigStore {
  const config = createConfig(slot.written(), redactor)
  config.view.update(given)
  return config
}

function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')
}
