import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { t } from '../text/i18n.ts'
import { Notice } from './notice.tsx'

/**
 * A component whose code is loaded when it is first shown.
 *
 * @param load - `() => import('./screen.tsx')`; the component is the default export.
 * @param quiet - True: nothing stands in its place meanwhile, or when it cannot be loaded. Default: false.
 */
export function lazy<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
  quiet = false,
): (props: Props) => JSX.Element | null {
  let loading: Promise<void> | undefined
  let Component: ComponentType<Props> | undefined
  return function Lazy(props: Props): JSX.Element | null {
    const [failure, setFailure] = useState<string>()
    const [, setLoaded] = useState(Component !== undefined)
    useEffect(() => {
      // It may have come after this was drawn, for another place that waited for it.
      if (Component) return setLoaded(true)
      if (failure !== undefined) return
      loading ??= load().then(({ default: loaded }) => void (Component = loaded))
      loading.then(
        () => setLoaded(true),
        (error: unknown) => {
          loading = undefined
          setFailure(error instanceof Error ? error.message : String(error))
        },
      )
    })
    if (Component) return <Component {...props} />
    if (quiet) return null
    if (failure === undefined) return <p class="notice quiet">{t('loading.screen')}</p>
    return (
      <Notice title={t('error.failed', { message: failure })}>
        <button type="button" class="button outlined" onClick={() => setFailure(undefined)}>
          {t('gone.retry')}
        </button>
      </Notice>
    )
  }
}
