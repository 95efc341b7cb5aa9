import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cliCommand } from '@swanlab/core/internal'
import { startReceivers, type Receivers } from './receivers.ts'

const OUTPUT = process.argv[2] ?? fileURLToPath(new URL('output', import.meta.url))
const TRAIN = fileURLToPath(new URL('train.ts', import.meta.url))
const PASSWORD = 'only for this demo'
/** How long the messages of one run may take, in milliseconds. */
const TIMEOUT = 15_000

rmSync(OUTPUT, { recursive: true, force: true })
mkdirSync(OUTPUT, { recursive: true })
const receivers = await startReceivers(PASSWORD)
try {
  title('1. A training that goes well')
  const good = await train({})
  await arrival(receivers, 1)
  save(receivers, 0, 'finished')

  title('2. The same training, with a learning rate that doubles each epoch')
  const bad = await train({ GROWTH: '2' })
  await arrival(receivers, 2)
  save(receivers, 1, 'crashed')

  summarize(receivers, [good, bad])
} finally {
  await receivers.close()
}

/** Runs train.ts as a program of its own. @returns its exit code. */
function train(env: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, [...process.execArgv, TRAIN], {
    stdio: 'inherit',
    env: {
      ...process.env,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(receivers.smtpPort),
      SMTP_PASSWORD: PASSWORD,
      SLACK_WEBHOOK_URL: receivers.slackUrl,
      OUTPUT,
      ...env,
    },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', resolve)
  })
}

/** The program that crashed is gone by now; its messages come from the background process. */
async function arrival({ mails, slackMessages }: Receivers, count: number): Promise<void> {
  for (let waited = 0; mails.length < count || slackMessages.length < count; waited += 50) {
    if (waited > TIMEOUT)
      throw new Error(`expected ${count} mails and Slack messages, got ${mails.length} and ${slackMessages.length}`)
    await sleep(50)
  }
}

function save({ mails, slackMessages }: Receivers, index: number, name: string): void {
  const { raw, mail } = mails[index]!
  writeFileSync(join(OUTPUT, `${name}.eml`), raw)
  writeFileSync(join(OUTPUT, `${name}.html`), mail.html || '')
  writeFileSync(join(OUTPUT, `${name}.slack.json`), `${JSON.stringify(slackMessages[index], null, 2)}\n`)
}

function summarize({ mails, slackMessages }: Receivers, codes: readonly (number | null)[]): void {
  const runs = readdirSync(join(OUTPUT, 'swanlog'))
    .filter((name) => name.startsWith('run-'))
    .toSorted()
  const show = (path: string): string => relative(process.cwd(), join(OUTPUT, path))
  title('What happened')
  for (const [i, code] of codes.entries()) {
    const run = runs[i]!
    const lines = readFileSync(join(OUTPUT, 'swanlog', run, 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const steps = lines.filter((line) => line.startsWith('{"type":"log"')).length
    console.log(`  run ${i + 1}  exit code ${code}, ${steps} steps recorded`)
    console.log(`         mail    ${mails[i]!.mail.subject}`)
    console.log(`         Slack   ${firstLine(slackMessages[i]?.text)}`)
    console.log(`         folder  ${show(join('swanlog', run))}`)
  }
  title('The mail about the crash')
  console.log((mails[1]!.mail.text ?? '').trim().replaceAll(/^/gm, '  | '))
  title('What to look at next')
  console.log(`  ${show('crashed.html')}   the mail as a mail program shows it: open it in a browser`)
  console.log(`  ${show('crashed.eml')}    the same, as it came over SMTP`)
  console.log(`  ${show('crashed.slack.json')}   the Slack message`)
  console.log(`  ${show('runs.csv')}       one row a run`)
  console.log(`  ${show('swanlog')}        the run folders: journal.jsonl holds every step`)
  console.log('  examples/iris/train.ts    an ordinary training script: this is all it takes')
  title('See the curves of both runs, and why one of them ended, in a browser')
  console.log(`  ${cliCommand('watch', show('swanlog'))}`)
}

function title(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`)
}

function firstLine(text = ''): string {
  return text.split('\n')[0]!
}
