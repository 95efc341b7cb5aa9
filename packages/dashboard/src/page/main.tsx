import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/run-list.css'
import './styles/charts.css'
import './styles/keys.css'
import { App } from './app.tsx'
import { start } from './state/start.ts'

render(<App />, document.querySelector('#page')!)
// Nobody presses a key before there is something to see.
void import('./keys/keyboard.ts').then(({ listenToKeys }) => listenToKeys())
void start()
