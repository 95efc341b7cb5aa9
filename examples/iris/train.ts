import { init } from 'swanlab'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Classifier } from './classifier.ts'
import { CLASSES, FEATURES, loadFlowers, seeded, shuffle } from './flowers.ts'

// An ordinary training script. Nothing in it knows that it is part of a demo: it reads where to report from the
// environment, as a script on a cluster would. `GROWTH=2` makes it fail half-way.
const {
  SMTP_HOST = 'smtp.example.com',
  SMTP_PORT = '587',
  SMTP_PASSWORD = '',
  SLACK_WEBHOOK_URL = '',
  OUTPUT = '.',
} = process.env

const run = await init({
  project: 'iris',
  mode: 'offline',
  logdir: `${OUTPUT}/swanlog`,
  description: 'One hidden layer, plain TypeScript',
  tags: ['demo'],
  config: {
    learningRate: 0.05,
    growth: Number(process.env['GROWTH'] ?? 1),
    batchSize: 8,
    epochs: 40,
    hidden: 12,
    seed: 7,
  },
  callbacks: [
    new EmailCallback({
      senderEmail: 'training@example.com',
      receiverEmail: 'you@example.com',
      smtpServer: SMTP_HOST,
      port: Number(SMTP_PORT),
      password: SMTP_PASSWORD,
    }),
    new SlackCallback({ webhookUrl: SLACK_WEBHOOK_URL }),
    new CSVWriter({ dir: OUTPUT, filename: 'runs.csv' }),
  ],
})

const { growth, batchSize, epochs, hidden, seed } = run.config
const random = seeded(seed)
const { train, test } = loadFlowers(random)
const model = new Classifier({ features: FEATURES, hidden, classes: CLASSES.length }, random)

let { learningRate } = run.config
for (let epoch = 1; epoch <= epochs; epoch++, learningRate *= growth) {
  shuffle(train, random)
  for (let i = 0; i < train.length; i += batchSize) {
    const { loss, gradient } = model.train(train.slice(i, i + batchSize), learningRate)
    run.log({ epoch, train: { loss, gradient } })
    if (!Number.isFinite(loss))
      throw new Error(`the loss became ${loss} in epoch ${epoch}; try a smaller learning rate`)
  }
  run.log({ test: { accuracy: model.accuracy(test) }, train: { accuracy: model.accuracy(train) } })
  // Let the event loop turn, as a training that waits for a GPU or a disk would.
  await new Promise((resolve) => setImmediate(resolve))
}

console.log(`trained ${epochs} epochs; test accuracy ${(model.accuracy(test) * 100).toFixed(1)} %`)
