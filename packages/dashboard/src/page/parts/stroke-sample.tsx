import type { JSX } from 'preact'
import type { Stroke } from '../charts/colors.ts'

/** The line with which a run is drawn. */
export function StrokeSample({ stroke: { color, dash } }: { readonly stroke: Stroke }): JSX.Element {
  return (
    <svg class="stroke-sample" viewBox="0 0 24 12" aria-hidden="true" focusable="false">
      <path d="M1 6h22" stroke={color} stroke-width="2.5" stroke-dasharray={dash.join(' ')} fill="none" />
    </svg>
  )
}
