import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { savedFile, savedName } from '../../export/saved-view.ts'
import { getResponse } from '../api/client.ts'
import { saveOpen } from '../keys/open.ts'
import { download } from '../parts/download.ts'
import { TitledDialog } from '../parts/titled-dialog.tsx'
import { drawnKeys } from '../state/runs.ts'
import { formatPercent } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { tell } from '../text/saves.ts'
import { takeView } from './save-view.ts'
import { chosenCharts } from './saved-charts.ts'
import '../styles/keys.css'

/** What a file with the view would hold, and the button that makes it. */
export default function SaveDialog(): JSX.Element {
  const stop = useRef(new AbortController())
  const [state, setState] = useState<{ readonly text: string; readonly busy: boolean }>({ text: '', busy: false })
  useEffect(() => () => stop.current.abort(), [])
  const charts = chosenCharts.value
  const { keys, left, buckets } = charts
  const save = async (): Promise<void> => {
    const progress = (text: string): void => setState({ text, busy: true })
    const { signal } = stop.current
    progress('')
    try {
      const view = await takeView(
        charts,
        {
          onRead: (part) => progress(tell('save.reading', { percent: formatPercent(part) })),
          onChart: (at) => progress(tell('save.charts', { at, all: keys.length })),
        },
        signal,
      )
      const template = await (await getResponse('/viewer', undefined, signal)).text()
      download(new Blob([savedFile(template, view)], { type: 'text/html' }), savedName(view))
      setState({ text: tell('save.done', { name: savedName(view) }), busy: false })
    } catch (error) {
      if (signal.aborted) return
      setState({
        text: t('error.failed', { message: error instanceof Error ? error.message : String(error) }),
        busy: false,
      })
    }
  }
  return (
    <TitledDialog title={tell('save.title')} onClose={() => (saveOpen.value = false)}>
      {keys.length === 0 ? (
        <p>{tell('save.nothing')}</p>
      ) : (
        <div class="save-view">
          <p>{tell('save.what', { runs: drawnKeys.value.length, n: keys.length })}</p>
          <p>{tell('save.buckets', { n: buckets })}</p>
          {left > 0 && <p>{tell('save.left', { n: left })}</p>}
          <p class="quiet">{tell('save.readable')}</p>
          <div class="row">
            <button type="button" class="button filled" disabled={state.busy} onClick={() => void save()}>
              {tell('save.save')}
            </button>
            <span role="status">{state.text}</span>
          </div>
        </div>
      )}
    </TitledDialog>
  )
}
