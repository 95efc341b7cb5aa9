import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/layout.css'
import '../styles/charts.css'
import '../styles/screens.css'
import '../styles/run.css'
import '../styles/saved.css'
import { savedPlaces } from '../charts/colors.ts'
import { loadRuns } from '../state/runs.ts'
import { loadSession } from '../state/session.ts'
import { saved } from './file.ts'
import { SavedPage } from './saved-page.tsx'

savedPlaces.value = new Map(saved.runs.map(({ row, place }) => [row.key, place]))
// A script that is no module waits for nothing.
void Promise.all([loadSession(), loadRuns()]).then(() => render(<SavedPage />, document.querySelector('#page')!))
