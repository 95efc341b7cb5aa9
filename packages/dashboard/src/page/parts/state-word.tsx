import type { JSX } from 'preact'
import type { ShownState } from '../../protocol/runs.ts'
import { t } from '../text/i18n.ts'

/** How a run stands, as a word; its colour only says so again. */
export function StateWord({ state }: { readonly state: ShownState }): JSX.Element {
  return <span class={`state state-${state}`}>{t(`state.${state}`)}</span>
}
