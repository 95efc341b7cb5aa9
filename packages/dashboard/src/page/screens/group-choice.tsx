import type { JSX } from 'preact'
import { groupBand, groupLine } from '../state/view.ts'
import { tell } from '../text/charts.ts'

/** How runs of a group become one line. */
export default function GroupChoice(): JSX.Element {
  return (
    <>
      <label class="choice">
        {tell('charts.line')}
        <select
          class="field"
          value={groupLine.value}
          onChange={({ currentTarget }) => (groupLine.value = currentTarget.value === 'median' ? 'median' : 'mean')}
        >
          <option value="mean">{tell('charts.mean')}</option>
          <option value="median">{tell('charts.median')}</option>
        </select>
      </label>
      <label class="choice">
        {tell('charts.band')}
        <select
          class="field"
          value={groupBand.value}
          onChange={({ currentTarget: { value } }) =>
            (groupBand.value = value === 'std' || value === 'stderr' ? value : 'min-max')
          }
        >
          <option value="min-max">{tell('charts.minMax')}</option>
          <option value="std">{tell('charts.std')}</option>
          <option value="stderr">{tell('charts.stderr')}</option>
        </select>
      </label>
    </>
  )
}
