import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { JsonValue } from '@swanlab/core'
import { CopyButton } from '../parts/copy-button.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { say } from '../text/screens.ts'
import { pruned, Tree } from './tree.tsx'

const find = signal('')

/** Machine, runtime, command and git state, group by group. */
export function MetadataPart({
  metadata,
}: {
  readonly metadata: Readonly<Record<string, JsonValue>> | undefined
}): JSX.Element {
  if (metadata === undefined || Object.keys(metadata).length === 0)
    return <p class="notice quiet">{say('metadata.none')}</p>
  const found = pruned(metadata, find.value)
  return (
    <div>
      <div class="tools">
        <SearchField text={find} label={say('metadata.find')} />
        <CopyButton format="JSON" text={() => `${JSON.stringify(metadata, null, 2)}\n`} />
      </div>
      <div class="sheet groups">
        {found === undefined ? (
          <p class="quiet">{say('tree.none')}</p>
        ) : (
          groupsOf(found as Record<string, JsonValue>).map(([name, group]) => (
            <section key={name}>
              <h3>
                <bdi>{name === '' ? say('metadata.other') : name}</bdi>
              </h3>
              <Tree value={group} label={name} />
            </section>
          ))
        )}
      </div>
    </div>
  )
}

/** What is in no group comes last, under no name. */
function groupsOf(metadata: Readonly<Record<string, JsonValue>>): readonly (readonly [string, JsonValue])[] {
  const all = Object.entries(metadata)
  const isGroup = (value: JsonValue): boolean => value !== null && typeof value === 'object'
  const others = all.filter(([, value]) => !isGroup(value))
  return [
    ...all.filter(([, value]) => isGroup(value)),
    ...(others.length > 0 ? [['', Object.fromEntries(others)] as const] : []),
  ]
}
