import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ColumnKind } from '@swanlab/core'
import { getResponse } from '../api/client.ts'
import type { MediaList, RunKey } from '../../protocol/runs.ts'
import { download } from '../parts/download.ts'
import { lazy } from '../parts/lazy.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { MediaFrame } from './media-frame.tsx'
import { MOST_BYTES, shownAs, type Shown } from './media-kind.ts'

const EChart = lazy(() => import('./echart.tsx'))
const SpaceView = lazy(() => import('./space-view.tsx'))

type Item = MediaList['entries'][number]['items'][number]

interface MediaItemProps {
  readonly run: RunKey
  readonly item: Item
  readonly kind: ColumnKind
  readonly title: string
}

interface File {
  /** Absent: it is too large to be here. */
  readonly blob?: Blob | undefined
  readonly bytes: number
  readonly type: string
  readonly shown?: Shown | undefined
}

/** One file, or one text. All of it is somebody's: nothing of it runs here. */
export function MediaItem({ run, item, kind, title }: MediaItemProps): JSX.Element {
  return (
    <figure class="media-item">
      {item.path === undefined ? (
        <pre class="text wrap">{item.text}</pre>
      ) : (
        <MediaFile run={run} path={item.path} kind={kind} title={title}>
          <Caption text={item.caption} />
        </MediaFile>
      )}
      {item.path === undefined && <Caption text={item.caption} />}
    </figure>
  )
}

function Caption({ text = '' }: { readonly text?: string | undefined }): JSX.Element | null {
  if (text === '') return null
  return (
    <figcaption>
      <bdi>{text}</bdi>
    </figcaption>
  )
}

interface MediaFileProps {
  readonly run: RunKey
  readonly path: string
  readonly kind: ColumnKind
  readonly title: string
  readonly children: JSX.Element
}

function MediaFile({ run, path, kind, title, children }: MediaFileProps): JSX.Element {
  const loaded = useLoaded((signal) => loadFile(run, path, kind, signal), [run, path, kind])
  if (loaded.state === 'loading') return <div class="media-room quiet">{say('media.loading')}</div>
  if (loaded.state === 'failed') return <p role="alert">{t('error.failed', { message: loaded.message })}</p>
  const { value: file } = loaded
  return (
    <>
      <Content run={run} path={path} file={file} title={title} />
      {children}
      {file.blob && (
        <button
          type="button"
          class="button outlined small save"
          onClick={() => download(file.blob!, path.slice(path.lastIndexOf('/') + 1))}
        >
          {say('media.save')}
        </button>
      )}
    </>
  )
}

async function loadFile(run: RunKey, path: string, kind: ColumnKind, signal: AbortSignal): Promise<File> {
  const response = await getResponse(`/runs/${encodeURIComponent(run)}/file`, { path }, signal)
  const size = Number(response.headers.get('content-length') ?? 0)
  const type = (response.headers.get('content-type') ?? '').split(';', 1)[0]!
  if (size > MOST_BYTES) {
    await response.body?.cancel()
    return { bytes: size, type }
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const shown = shownAs(kind, type, bytes)
  return {
    blob: new Blob([bytes], { type }),
    bytes: bytes.length,
    type,
    shown,
  }
}

interface ContentProps {
  readonly run: RunKey
  readonly path: string
  readonly file: File
  readonly title: string
}

function Content({ run, path, file, title }: ContentProps): JSX.Element {
  const { blob, bytes, type, shown } = file
  const url = useBlobUrl(blob)
  if (!blob || !shown) return <p class="quiet">{say('media.tooLarge', { size: formatBytes(bytes) })}</p>
  switch (shown.as) {
    case 'image': {
      const { width, height } = shown.size
      return <img src={url} alt={title} width={width} height={height} loading="lazy" decoding="async" />
    }
    case 'audio':
      // oxlint-disable-next-line jsx-a11y/media-has-caption -- What was logged has none.
      return <audio controls src={url} aria-label={title} />
    case 'video':
      // oxlint-disable-next-line jsx-a11y/media-has-caption -- Likewise.
      return <video controls src={url} aria-label={title} />
    case 'text':
      return (
        <>
          <pre class="text wrap" tabIndex={0}>
            {shown.text}
          </pre>
          {shown.cut && <p class="quiet small">{say('media.textCut')}</p>}
        </>
      )
    case 'chart':
      return <EChart value={shown.value} title={title} />
    case 'space':
      return <SpaceView space={shown.space} title={title} />
    case 'nothing':
      return <p class="quiet">{whyNot(shown, type, bytes)}</p>
    case 'frame':
      return <MediaFrame run={run} path={path} type={shown.type} title={title} />
  }
}

function whyNot(shown: Shown & { readonly as: 'nothing' }, type: string, bytes: number): string {
  if (shown.why === 'pixels') {
    const { width, height } = shown.size
    return say('media.tooManyPixels', { width: formatCount(width), height: formatCount(height) })
  }
  if (shown.why === 'dimensions') return say('media.noDimensions')
  return shown.why === 'not-that'
    ? say('media.notThat', { kind: type })
    : say('media.unshown', { kind: type, size: formatBytes(bytes) })
}

function useBlobUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!blob) return
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
