import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpServer, smtpServer } from '@swanlab/core/testing'
import { JOURNAL_FILE, JournalReader } from '@swanlab/journal'
import { createServer } from '@swanlab/server'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { parsedMails } from '../../packages/plugin-email/src/testing/parsed-mails.ts'
import { start } from '../background/start.ts'
import { compiled } from '../compiled.ts'
import { trackerProcessesIn } from '../orphans.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'secrets-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test.runIf(process.platform === 'linux')(
  'a secret in any place is found nowhere but where its owner put it',
  async () => {
    const nonce = randomBytes(6).toString('hex')
    await using mail = await smtpServer()
    await using slack = await httpServer()
    const server = await createServer({ dataDir: join(folder, 'data'), port: 0 })
    onTestFinished(() => server.close())
    await server.storage.createUser('alice')
    const key = await server.storage.createKey('alice')
    const [ofArgv, ofEnv] = [`secret-argv-${nonce}`, `secret-env-${nonce}`]
    const logdir = join(folder, 'runs')
    const order = { nonce, logdir, mailPort: mail.port, slackPort: Number(new URL(slack.url).port) }
    const { child, ready, ended, stderr } = await start(
      order,
      [compiled('secrets/program')],
      [
        '/usr/bin/env',
        `SWANLAB_API_KEY=${key}`,
        `SWANLAB_API_HOST=${server.url}`,
        `MY_SERVICE_TOKEN=${ofEnv}`,
        `HOME=${folder}`,
      ],
      ['--api-key', ofArgv, `--note=plain-argv-${nonce}`],
    )
    const journal = (): unknown[] => [...new JournalReader(join(ready.dir, JOURNAL_FILE))]
    // What the resident callback has said has come back to the training.
    await expect.poll(() => JSON.stringify(journal())).toContain('"title":"alert of ****"')
    await expect.poll(() => JSON.stringify(journal())).toContain('"resident/****"')

    const processes = trackerProcessesIn(logdir).map(({ pid, what }) => ({
      what,
      argv: readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
      environment: readFileSync(`/proc/${pid}/environ`, 'utf8'),
    }))
    expect(processes.map(({ what }) => what)).toContain('background process')
    child.stdin!.end('go on\n')
    expect(await ended).toBe(1)
    await expect.poll(() => mail.mails.length).toBe(1)
    await expect.poll(() => slack.requests.map(({ body }) => body).join()).toContain('crashed')
    await expect.poll(() => trackerProcessesIn(logdir)).toEqual([])

    const records = JSON.stringify(journal())
    // Each is there, without what was secret in it.
    for (const whole of [
      '"apiKey":"****"',
      '"customer":"****"',
      '"note":"**** (hidden)"',
      '"path":"replaced"',
      '"experimentName":"exp ****"',
      '"tags":["****","crash"]',
      '"description":"**** (hidden) token=****"',
      'console **** (hidden) Authorization: ****',
      'printed **** ****',
      'alert ****',
      '"acc/****"',
      '"loss/token=****"',
      '"key":"answer"',
      '--api-key **** --note=****',
      '"name":"Failure ****"',
      'caused by: Error: inner ****',
      'one ****',
    ])
      expect(records).toContain(whole)
    expect(filesIn(join(logdir, 'csv')).map((file) => readFileSync(file, 'utf8'))).toEqual([
      expect.stringContaining('exp ****'),
    ])
    const [project] = server.storage.projects('alice')
    expect(server.storage.runs(project!)).toMatchObject([{ state: 'CRASHED', name: 'exp ****' }])

    const canary = new RegExp(`(?:secret|plain|hidden|only)-(?:[a-z]+-)?${nonce}|4711000(?:123|124)|${key}`, 'g')
    const found = (where: string, content: string): string[] =>
      [...new Set(content.match(canary))].map((what) => `${where}: ${what.replace(key, 'our key')}`)
    const owned = /^(?:MY_SERVICE_TOKEN|SWANLAB_API_KEY)=/
    const messages = stderr()
      .split('\n')
      .filter((line) => line.startsWith('swanlab:'))
    expect([
      ...filesIn(folder).flatMap((file) => found(file.slice(folder.length), readFileSync(file, 'latin1'))),
      ...(await parsedMails(mail)).flatMap(({ subject, text: body, html, headers }) =>
        found('mail', [subject, body, html, JSON.stringify([...headers])].join('\n')),
      ),
      ...slack.requests.flatMap(({ body }) => found('slack', body)),
      ...messages.flatMap((line) => found('message', line)),
      ...processes.flatMap(({ what, argv, environment }) => [
        ...found(`argv of ${what}`, argv),
        ...found(
          `environment of ${what}`,
          environment
            .split('\0')
            .filter((line) => !owned.test(line))
            .join('\n'),
        ),
      ]),
    ]).toEqual([])
  },
)
