import { watchRuns } from '../server/watch.ts'
import { writeOne, writeSampleRuns } from './sample-runs.ts'

// `sample-main.ts <logdir> [port]` writes the sample runs, and serves the page over them.
const [logdir = 'sample-runs', at, start] = process.argv.slice(2)
if (start !== undefined) await writeOne(logdir, Number(at), Number(start))
else {
  await writeSampleRuns(logdir)
  const page = await watchRuns({ folders: [logdir], port: Number(at ?? 5092), token: 'sample', report: console.error })
  console.log(page.url)
}
