import { watchRuns } from '../server/watch.ts'
import { SampleRuns, train } from './sample-runs.ts'

// `sample-main.ts <logdir> [port]` writes the sample runs, and serves the page over them.
const [logdir = 'sample-runs', port = '5092', places] = process.argv.slice(2)
if (places === undefined) {
  await SampleRuns.write(logdir)
  const page = await watchRuns({ folders: [logdir], port: Number(port), token: 'sample', report: console.error })
  console.log(page.url)
} else await train(logdir, Number(port), places.split(',').map(Number))
