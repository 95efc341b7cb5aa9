import type { JSX } from 'preact'
import type { RunKey } from '../../protocol/runs.ts'
import { sendJson } from '../api/client.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'

interface FrameProps {
  readonly run: RunKey
  readonly path: string
  readonly type: 'text/html' | 'image/svg+xml'
  readonly title: string
}

/** Under a policy of its own, which a blob would not have: at an address that is good for this frame alone. */
export function MediaFrame({ run, path, type, title }: FrameProps): JSX.Element {
  const loaded = useLoaded(
    () => sendJson<{ address: string }>(`/runs/${encodeURIComponent(run)}/frame`, { path, type }),
    [run, path, type],
  )
  if (loaded.state === 'failed') return <p role="alert">{t('error.failed', { message: loaded.message })}</p>
  return (
    <>
      {loaded.state === 'here' ? (
        <iframe sandbox="" src={loaded.value.address} title={`${title}. ${say('media.frame')}`} />
      ) : (
        <div class="media-room quiet">{say('media.loading')}</div>
      )}
      <p class="quiet small">{say('media.frameNote')}</p>
    </>
  )
}
