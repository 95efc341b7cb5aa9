import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/run-list.css'
import './styles/charts.css'
import './styles/keys.css'
import { App } from './app.tsx'
import { listenToKeys } from './keys/keyboard.ts'
import { start } from './state/start.ts'

render(<App />, document.querySelector('#page')!)
listenToKeys()
void start()
