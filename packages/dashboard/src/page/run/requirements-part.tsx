import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { parseRequirements } from '../compare/differences.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { say } from '../text/screens.ts'

/** Packages that are listed at once: more are found by name. */
const LISTED = 500
const find = signal('')

/** The packages that the program had. */
export function RequirementsPart({ requirements }: { readonly requirements: string | undefined }): JSX.Element {
  const all = [...parseRequirements(requirements)]
  if (requirements === undefined || all.length === 0) return <p class="notice quiet">{say('requirements.none')}</p>
  const found = all.filter(([name]) => name.toLowerCase().includes(find.value.toLowerCase()))
  return (
    <div>
      <div class="tools">
        <SearchField text={find} label={say('requirements.find')} />
        <CopyButton format="text" text={() => requirements} />
      </div>
      <div class="sheet">
        {found.length === 0 ? (
          <p class="quiet">{say('tree.none')}</p>
        ) : (
          <table class="data-table">
            <caption class="unseen">{say('requirements.caption')}</caption>
            <thead>
              <tr>
                <th scope="col">{say('requirements.package')}</th>
                <th scope="col">{say('requirements.version')}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, LISTED).map(([name, version]) => (
                <tr key={name}>
                  <th scope="row">
                    <bdi>{name}</bdi>
                  </th>
                  <td>
                    <bdi>{version}</bdi>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {found.length > LISTED && <p class="quiet small">… {found.length - LISTED}</p>}
      </div>
    </div>
  )
}
