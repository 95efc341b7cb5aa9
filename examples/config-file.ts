import { fileURLToPath } from 'node:url'
import { init } from 'swanlab'

// Arguments go before the file: this run is called "larger" and has the file's everything else.
const load = fileURLToPath(new URL('config-file.yaml', import.meta.url))
const run = await init({ load, experimentName: 'larger' })

run.config['layers'] = 4
run.log({ loss: 0.3 })
console.log(run.project, run.experimentName, run.tags, JSON.stringify(run.config))
