import { once } from 'node:events'
import { init, type Callback } from 'swanlab'
import { Text } from 'swanlab/media'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Leaking } from './leaking.ts'
import { Raising } from './raising.ts'

// A training with a secret in every place. They are put together here: no argument holds one but the owner's own.
const { nonce, logdir, mailPort, slackPort } = JSON.parse(process.argv[2]!) as Record<string, string>
/** Masked by default. */
const secret = (place: string): string => `secret-${place}-${nonce}`
/** Looks like nothing; `settings.redact` knows its shape. */
const plain = (place: string): string => `plain-${place}-${nonce}`
/** Known to a function of a plugin alone. */
const hidden = (place: string): string => `hidden-${place}-${nonce}`

const redactor: Callback = {
  name: 'redactor',
  redact: (value) => (typeof value === 'string' ? value.replaceAll(/hidden-[a-z]+-\w+/g, '(hidden)') : value),
  onInit: ({ config }) => ({ config: { ...config, path: 'replaced' } }),
}
const run = await init({
  project: 'secrets',
  experimentName: `exp ${plain('experiment')}`,
  description: `${plain('description')} ${hidden('description')} token=${secret('description')}`,
  tags: [plain('tag'), 'crash'],
  logdir,
  config: {
    apiKey: secret('config'),
    deep: [{ client: { password: secret('nested') } }],
    url: `https://me:${secret('url')}@example.com/?token=${secret('query')}`,
    customer: 4_711_000_123,
    note: `${plain('config')} ${hidden('config')}`,
    [plain('name')]: 1,
    path: `for onInit ${plain('path')} only-${nonce}`,
  },
  settings: { redact: { keys: ['customer'], patterns: [new RegExp(`plain-[a-z]+-${nonce}`)] } },
  callbacks: [
    redactor,
    new Raising({ nonce: nonce! }),
    new Leaking({ nonce: nonce!, webhookUrl: `http://127.0.0.1:${slackPort}/services/${secret('option')}` }),
    new CSVWriter({ dir: `${logdir}/csv` }),
    new EmailCallback({
      senderEmail: 'training@example.com',
      receiverEmail: 'you@example.com',
      smtpServer: '127.0.0.1',
      port: Number(mailPort),
      password: secret('password'),
    }),
    new SlackCallback({ webhookUrl: `http://127.0.0.1:${slackPort}/services/${secret('webhook')}` }),
  ],
})
console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))
run.config.set('later', { token: secret('later'), text: plain('later'), customer: 4_711_000_124 })
console.log(`console ${plain('console')} ${hidden('console')} Authorization: Bearer ${secret('header')}`)
console.error(`printed ${process.env['MY_SERVICE_TOKEN']} ${secret('password')}`)
run.alert({ title: `alert ${plain('alert')}`, text: `${hidden('alert')} password=${secret('alert')}` })
run.log({ [`acc/${plain('key')}`]: 1, [`loss/token=${secret('key')}`]: 2, loss: 3, [`bad ${plain('value')}`]: 'x' })
run.log({ answer: new Text(`${plain('text')} api_key=${secret('text')}`, { caption: plain('caption') }) })
await once(process.stdin, 'data')
const inner = new Error(`inner ${plain('inner')}`, { cause: { token: secret('cause') } })
const gathered = new AggregateError([new Error(`one ${plain('gathered')}`)], `password=${secret('error')}`, {
  cause: inner,
})
throw Object.assign(gathered, { name: `Failure ${plain('error')}` })
