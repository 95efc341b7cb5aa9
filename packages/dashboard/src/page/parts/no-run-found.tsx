import type { JSX } from 'preact'
import { runFilter } from '../state/runs.ts'
import { t } from '../text/i18n.ts'

/** No run is as the filter wants it; the way out is to clear it. */
export function NoRunFound(): JSX.Element {
  return (
    <p class="notice quiet">
      {t('runs.none')}{' '}
      <button type="button" class="button outlined" onClick={() => (runFilter.value = '')}>
        {t('runs.clear')}
      </button>
    </p>
  )
}
