import type { JSX } from 'preact'
import { wordCodec } from '../state/address.ts'
import { viewParam } from '../state/location.ts'
import { say } from '../text/screens.ts'
import { TabList } from '../parts/tab-list.tsx'

// oxfmt-ignore
export const PARTS = ['charts', 'overview', 'config', 'console', 'media', 'alerts', 'metadata', 'requirements', 'journal'] as const
export type RunPartName = (typeof PARTS)[number]

/** What of a run is looked at. */
export const runPart = viewParam<RunPartName>('part', wordCodec(PARTS), 'charts', { step: true })

/** @param counts - Said behind the names of parts that hold so many things. */
export function RunParts({ counts }: { readonly counts: Partial<Record<RunPartName, string>> }): JSX.Element {
  return (
    <TabList
      names={PARTS}
      chosen={runPart.value}
      onChoose={(part) => (runPart.value = part)}
      prefix="part"
      label={say('run.parts')}
      content={(part) => (
        <>
          {say(`part.${part}`)}
          {counts[part] !== undefined && <span class="quiet small"> {counts[part]}</span>}
        </>
      )}
    />
  )
}
