import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { JsonValue } from '@swanlab/core'
import { CopyButton } from '../parts/copy-button.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { say } from '../text/screens.ts'
import { pruned, Tree } from './tree.tsx'

const find = signal('')

/** The configuration of a run. */
export function ConfigPart({ config }: { readonly config: Readonly<Record<string, JsonValue>> }): JSX.Element {
  if (Object.keys(config).length === 0) return <p class="notice quiet">{say('config.none')}</p>
  const found = pruned(config, find.value)
  return (
    <div>
      <div class="tools">
        <SearchField text={find} label={say('config.find')} />
        <CopyButton format="YAML" text={() => asYaml(config)} />
        <CopyButton format="JSON" text={() => `${JSON.stringify(config, null, 2)}\n`} />
      </div>
      <div class="sheet">
        {found === undefined ? (
          <p class="quiet">{say('tree.none')}</p>
        ) : (
          <Tree key={find.value === '' ? 'all' : 'found'} value={found} label={say('part.config')} />
        )}
      </div>
    </div>
  )
}

/** Its code is loaded when somebody asks. */
async function asYaml(value: JsonValue): Promise<string> {
  const { stringify } = await import('yaml')
  return stringify(value, { lineWidth: 0, version: '1.1' })
}
