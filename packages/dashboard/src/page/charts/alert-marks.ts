import type { Alert } from '@swanlab/core'
import type { RunRow } from '../../protocol/runs.ts'
import type { XAxis } from '../../protocol/series.ts'
import { detailOf } from '../state/details.ts'
import { drawnKeys, runOf } from '../state/runs.ts'
import { xAxis } from '../state/view.ts'
import { strokeOfRun } from './colors.ts'
import type { VerticalMark } from './paint.ts'

/** Of one run: the newest. */
const MOST = 50

/** Alerts of the runs that are drawn, where they were raised. */
export function alertMarks(): VerticalMark[] {
  return drawnKeys.value.flatMap((key) => {
    const known = detailOf(key).value
    const run = runOf(key)
    if (known.state !== 'here' || !run) return []
    const { color } = strokeOfRun(key)
    return known.detail.alerts.slice(-MOST).flatMap((alert): VerticalMark[] => {
      const x = placeOf(alert, run, xAxis.value)
      return x === undefined ? [] : [{ x, color, title: `${run.name}: ${alert.title}` }]
    })
  })
}

function placeOf({ step, time }: Alert, { startTime }: RunRow, axis: XAxis): number | undefined {
  if (axis.kind === 'step') return step
  if (axis.kind === 'wall') return time
  return axis.kind === 'relative' ? (time - startTime) / 1_000 : undefined
}
