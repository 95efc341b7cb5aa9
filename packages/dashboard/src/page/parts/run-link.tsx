import type { JSX } from 'preact'
import type { RunRow } from '../../protocol/runs.ts'
import { strokeOfRun } from '../charts/colors.ts'
import { addressOf } from '../state/route.ts'
import { Link } from './link.tsx'
import { StrokeSample } from './stroke-sample.tsx'

/** The name of a run, with the line with which it is drawn; leads to its page. */
export function RunLink({ run }: { readonly run: RunRow }): JSX.Element {
  return (
    <span class="run-link">
      <StrokeSample stroke={strokeOfRun(run.key)} />
      <Link class="cut" to={addressOf(run)} title={run.name}>
        <bdi>{run.name}</bdi>
      </Link>
    </span>
  )
}
