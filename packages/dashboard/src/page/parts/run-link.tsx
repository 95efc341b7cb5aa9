import type { JSX } from 'preact'
import type { RunRow } from '../../protocol/runs.ts'
import { strokeOfRun } from '../charts/colors.ts'
import { navigate } from '../state/location.ts'
import { addressOf } from '../state/route.ts'
import { StrokeSample } from './stroke-sample.tsx'

/** The name of a run, with the line with which it is drawn; leads to its page. */
export function RunLink({ run }: { readonly run: RunRow }): JSX.Element {
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigate(addressOf(run))
  }
  return (
    <span class="run-link">
      <StrokeSample stroke={strokeOfRun(run.key)} />
      <a class="cut" href={addressOf(run)} onClick={open} title={run.name}>
        <bdi>{run.name}</bdi>
      </a>
    </span>
  )
}
