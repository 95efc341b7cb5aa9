import { monitorEventLoopDelay } from 'node:perf_hooks'
import { watchRuns } from '@swanlab/dashboard'

// A process of its own, as it would be, without what loads TypeScript.
const RESOLUTION = 1
const watcher = await watchRuns({ folders: [process.argv[2]], port: 0 })
const delays = monitorEventLoopDelay({ resolution: RESOLUTION })
delays.enable()
process.send({ url: watcher.url })
process.on('message', (asked) => {
  if (asked === 'memory') process.send({ memory: process.memoryUsage().rss })
  else if (asked === 'delay') {
    // What the timer itself takes is in each of them.
    const [p99, max] = [delays.percentile(99), delays.max].map((delay) => Math.max(0, delay / 1e6 - RESOLUTION))
    delays.reset()
    process.send({ delay: { p99, max } })
  } else void watcher.close().then(() => process.exit())
})
process.on('disconnect', () => process.exit())
