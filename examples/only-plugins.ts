// The core alone, and everything else a callback: what keeps the run, what uploads it, who is told of its end.
import { init } from '@swanlab/core'
import { cloud } from '@swanlab/cloud'
import { journal } from '@swanlab/journal'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'

const {
  SWANLAB_API_KEY: apiKey = '',
  SWANLAB_API_HOST: host,
  SMTP_PORT: port,
  LOGDIR: logdir = 'swanlog',
} = process.env

const run = await init({
  project: 'only-plugins',
  config: { lr: 0.1 },
  callbacks: [
    journal({ logdir }),
    cloud({ apiKey, host }),
    new EmailCallback({
      senderEmail: 'me@example.com',
      receiverEmail: 'team@example.com',
      password: 'app-password',
      smtpServer: '127.0.0.1',
      port: Number(port),
    }),
    new CSVWriter({ dir: logdir }),
  ],
})

for (let step = 0; step < 100 && !run.signal.aborted; step++) run.log({ loss: 1 / (step + 1) })

const { state, steps } = await run.finish()
console.log(`${state} after ${steps} steps: ${run.dir}`)
