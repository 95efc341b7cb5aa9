import { randomInt } from 'node:crypto'
import type { InitInfo } from './contract/payloads.ts'
import type { ResolvedOptions } from './options/init-options.ts'
import type { Redactor } from './text/redactor.ts'

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 21

/** What is known of the run before any callback is asked. */
export function infoOf(options: ResolvedOptions, startTime: number, { text }: Redactor): InitInfo {
  const { project, workspace, experimentName, description, tags, public: visible, id = newId(), resume } = options
  return Object.freeze({
    id,
    project,
    workspace,
    experimentName,
    description: description === undefined ? undefined : text(description),
    public: visible,
    resume,
    startTime,
    tags: Object.freeze(tags.map((tag) => text(tag))),
    resumed: false,
  })
}

function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')
}
