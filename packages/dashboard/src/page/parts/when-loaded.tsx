import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { tell } from '../text/account.ts'
import { t } from '../text/i18n.ts'
import { useLoaded } from './use-loaded.ts'

/** Shows what `load` answers; meanwhile that it is being read, and why it cannot be, with the way out. */
export function WhenLoaded<T>({
  load,
  children,
}: {
  readonly load: (signal: AbortSignal) => Promise<T>
  readonly children: (value: T) => JSX.Element
}): JSX.Element {
  const [attempt, setAttempt] = useState(0)
  const loaded = useLoaded(load, [attempt])
  if (loaded.state === 'here') return children(loaded.value)
  if (loaded.state === 'loading') return <p class="quiet">{tell('account.reading')}</p>
  return (
    <p role="alert">
      {t('error.failed', { message: loaded.message })}{' '}
      <button type="button" class="button outlined" onClick={() => setAttempt(attempt + 1)}>
        {t('gone.retry')}
      </button>
    </p>
  )
}
