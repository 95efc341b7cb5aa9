import { cpus } from 'node:os'
import { benchBackground } from './background.ts'
import { benchDashboard } from './dashboard.ts'
import { benchDispatch } from './dispatch.ts'
import { benchGrowth } from './growth.ts'
import { benchIngest } from './ingest.ts'
import { benchLog } from './log.ts'
import { benchReplay } from './replay.ts'
import { benchStartup } from './startup.ts'

// Ratios inside one run are what counts: the machine's own speed drifts.
const BENCHES: Record<string, () => string | Promise<string>> = {
  log: benchLog,
  dispatch: benchDispatch,
  startup: benchStartup,
  growth: benchGrowth,
  replay: benchReplay,
  background: benchBackground,
  ingest: benchIngest,
  dashboard: benchDashboard,
}

const wanted = process.argv.slice(2)
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}\n`)
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`${await bench()}\n`)
}
