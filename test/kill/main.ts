import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startReceivers } from './receivers.ts'
import { summarize } from './summary.ts'
import { KINDS, runTrial, type Trial } from './trial.ts'

// Kills training programs at random moments and looks at what is left: every row that log() had acknowledged, a journal
// that can be read, the right cause, and each message exactly once.
const { values } = parseArgs({ options: { trials: { type: 'string', default: '50' } } })
const count = Number(values.trials)
const AT_ONCE = 2

const folder = mkdtempSync(join(tmpdir(), 'swanlab-kill-'))
const receivers = await startReceivers()
const trials: Trial[] = []
let next = 0
try {
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        const number = next++
        trials.push(await runTrial(number, KINDS[number % KINDS.length]!, folder, receivers))
        if (trials.length % 100 === 0) console.log(`${trials.length} trials`)
      }
    }),
  )
} finally {
  await receivers.close()
  rmSync(folder, { recursive: true, force: true })
}
const { text, failed } = summarize(trials)
console.log(text)
process.exitCode = failed ? 1 : 0
