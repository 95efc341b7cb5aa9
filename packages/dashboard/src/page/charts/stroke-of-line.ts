import { grouping } from '../state/groups.ts'
import { runOf } from '../state/runs.ts'
import { strokeOf, strokeOfRun, type Stroke } from './colors.ts'

/** A group by its place; a run that is in one looks like it. */
export function strokeOfLine({ run, group }: { readonly run: string; readonly group: boolean }): Stroke {
  const groups = grouping.value?.groups
  if (!groups) return strokeOfRun(run)
  return strokeOf(groups.findIndex(({ name, runs }) => (group ? name === run : runs.includes(run))))
}

export function nameOfLine({ run, group }: { readonly run: string; readonly group: boolean }): string {
  return group ? run : (runOf(run)?.name ?? run)
}
