import { inspect } from 'node:util'
import { createTransport } from 'nodemailer'
import { describe, expect, test } from 'vitest'
import { deliver, type Delivered } from '../../notification/src/testing/deliver.ts'
import { EmailCallback } from './email-callback.ts'
import type { EmailOptions } from './options.ts'
import { parsedMails } from './testing/parsed-mails.ts'
import { sampleOutcome, sampleRun, smtpServer, testRun } from '@swanlab/core/testing'

const PASSWORD = 'correct horse battery'

const emailTo = (port: number, changes: Partial<EmailOptions> = {}): EmailCallback =>
  new EmailCallback({
    senderEmail: 'me@example.com',
    receiverEmail: 'you@example.com',
    password: PASSWORD,
    smtpServer: '127.0.0.1',
    port,
    ...changes,
  })

const tellEnd = (email: EmailCallback, changes: Parameters<typeof sampleOutcome>[0] = {}): Promise<Delivered> =>
  deliver(email, (context) => email.onStop(sampleOutcome(changes), context))

describe('the end of a run', () => {
  test('is one mail with a text and an HTML part', async () => {
    await using server = await smtpServer()
    const email = emailTo(server.port, { receiverEmail: ['you@example.com', 'team@example.org'] })
    await tellEnd(email)
    expect(server.mails).toHaveLength(1)
    const [mail] = await parsedMails(server)
    expect(mail?.subject).toBe('SwanLab | Run swan-1 finished (iris)')
    expect(mail?.from?.text).toBe('"SwanLab" <me@example.com>')
    expect(mail?.to).toMatchObject({ text: 'you@example.com, team@example.org' })
    expect(mail?.messageId).toMatch(/^<[\da-f]{32}@example\.com>$/)
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail?.text).toContain('Your experiment finished after 12 min 3 s, at step 99; last loss 0.25.')
    expect(mail?.text).toContain('- loss: 0.25 (Min 0.25, Max 1.5)')
    expect(mail?.html).toContain('<a href="https://swanlab.cn/@botany/iris/runs/abc"')
    expect(mail?.attachments).toEqual([])
    expect(server.mails.map(({ to }) => to)).toEqual([['you@example.com', 'team@example.org']])
    expect(server.logins).toEqual([{ username: 'me@example.com', password: PASSWORD, secure: false }])
  })

  test('of a crashed run carries the error, in Chinese when asked for', async () => {
    await using server = await smtpServer()
    const error = { name: 'TypeError', message: 'a < b & c', stack: 'TypeError: a < b & c\n    at train (loop.ts:7:1)' }
    await tellEnd(emailTo(server.port, { language: 'zh' }), { state: 'crashed', error })
    const [mail] = await parsedMails(server)
    expect(mail?.subject).toBe('SwanLab | 实验 swan-1 已崩溃（iris）')
    expect(mail?.text).toContain('TypeError: a < b & c\nat train (loop.ts:7:1)')
    expect(mail?.html).toContain('TypeError: a &lt; b &amp; c')
    expect(mail?.html).toContain('lang="zh-CN"')
  })

  test('comes after the alerts of the run, each a mail of its own', async () => {
    await using server = await smtpServer()
    const info = { project: 'iris', experimentName: 'swan-1' }
    const { run } = await testRun({ callbacks: emailTo(server.port, { notifyOnStart: true }), info })
    run.alert({ title: 'loss is NaN', text: 'Look at it.', level: 'error' })
    await run.finish({ state: 'crashed' })
    expect((await parsedMails(server)).map(({ subject }) => subject)).toEqual([
      'SwanLab | Run swan-1 started (iris)',
      'SwanLab | loss is NaN (swan-1, iris)',
      'SwanLab | Run swan-1 crashed (iris)',
    ])
  })

  test('cannot smuggle headers or receivers in, whatever the run is called', async () => {
    await using server = await smtpServer()
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\n<script>'
    const run = sampleRun({ experimentName: evil, project: evil, description: evil })
    await tellEnd(emailTo(server.port), { run })
    expect(server.mails.map(({ to }) => to)).toEqual([['you@example.com']])
    const [mail] = await parsedMails(server)
    expect(mail?.headers.has('bcc')).toBe(false)
    expect(mail?.subject).toMatch(/^SwanLab \| Run x Bcc: evil@example\.com <script> finished \(.*\)$/)
    expect(mail?.html).not.toContain('<script')
  })
})

describe('sendEmail', () => {
  test('sends a message of one’s own, without a run', async () => {
    await using server = await smtpServer()
    await emailTo(server.port, { username: 'apikey' }).sendEmail({ subject: 'Hello', content: 'one\n<b>two</b>' })
    const [mail] = await parsedMails(server)
    expect(mail?.subject).toBe('Hello')
    expect(mail?.text).toContain('one\n<b>two</b>')
    expect(mail?.html).toContain('one<br />&lt;b&gt;two&lt;/b&gt;')
    expect(server.logins).toMatchObject([{ username: 'apikey' }])
  })

  test.each([
    [['Hello', 'World'], 'Wrong options for sendEmail:\n  options: takes an object of options, but got text'],
    [[{ subject: 'Hello' }], 'content: is needed; it takes text that is not empty'],
    [[{ subject: 'Hello', content: ' ' }], 'content: takes text that is not empty, but got " "'],
    [[{ subject: 'a', content: 'b', body: 'c' }], '"body": no such option; there are subject, content'],
  ])('used wrongly, with %j, says so', async (args, message) => {
    const email: { sendEmail: (...args: unknown[]) => unknown } = Object.assign(emailTo(1))
    const sent = email.sendEmail(...args)
    await expect(sent).rejects.toThrow(message)
    await expect(sent).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('options', () => {
  const good = { senderEmail: 'me@example.com', receiverEmail: 'you@example.com', password: PASSWORD }

  test.each([
    [{ ...good, recieverEmail: 'x' }, '"recieverEmail": no such option; did you mean "receiverEmail"?'],
    [{ ...good, senderEmail: undefined }, 'senderEmail: is needed; it takes one plain address'],
    [{ ...good, password: undefined }, 'needs the option "password", or a "transport"'],
    [{ ...good, password: '' }, 'password: takes text that is not empty'],
    [
      { ...good, receiverEmail: [] },
      'receiverEmail: takes one plain address like me@example.com, or a list of 1 to 100, but got a list of 0',
    ],
    [
      { ...good, receiverEmail: ['you@example.com', 'you'] },
      'receiverEmail: takes one plain address like me@example.com, or a list of 1 to 100, but got "you"',
    ],
    [{ ...good, port: 0 }, 'port: takes a whole number from 1 to 65535, but got 0'],
    [{ ...good, port: '587' }, 'port: takes a whole number from 1 to 65535, but got "587"'],
    [{ ...good, smtpServer: 'smtp.example.com:25/x' }, 'smtpServer: takes a host name'],
    [{ ...good, language: 'de' }, 'language: takes "en" or "zh", but got "de"'],
    [{ ...good, tls: { rejectUnauthorized: false } }, 'tls: takes { ca?: string | string[], servername?'],
    [{ ...good, transport: {} }, 'transport: takes a nodemailer transporter'],
    [undefined, 'takes an object of options, but got undefined'],
  ])('%j are refused', (options, message) => {
    const build = (): unknown => Reflect.construct(EmailCallback, [options])
    expect(build).toThrow(message)
    expect(build).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(build).not.toThrow(PASSWORD)
  })

  test.each([
    'you@example.com\r\nBcc: evil@example.com',
    'you@example.com, evil@example.com',
    'you@example.com; evil@example.com',
    'You <you@example.com>',
    '"evil@example.com"@example.com',
    'you@evil.com@example.com',
    'you (comment)@example.com',
    'you@example.com\u2028',
    'you@',
    `${'x'.repeat(250)}@example.com`,
  ])('%j is not an address', (address) => {
    expect(() => new EmailCallback({ ...good, receiverEmail: address })).toThrow('  receiverEmail: takes')
    expect(() => new EmailCallback({ ...good, receiverEmail: ['a@b', address] })).toThrow('  receiverEmail: takes')
    expect(() => new EmailCallback({ ...good, senderEmail: address })).toThrow('  senderEmail: takes')
  })

  test('do not show in print', () => {
    const email = new EmailCallback(good)
    expect(inspect(email, { depth: 9 }) + JSON.stringify(email)).not.toContain(PASSWORD)
    expect(Object.keys(email)).toEqual(['name', 'timeout', 'language'])
  })

  test('a transport of one’s own sends instead', async () => {
    const transport = createTransport({ jsonTransport: true })
    const messages: string[] = []
    const email = new EmailCallback({
      senderEmail: 'me@example.com',
      receiverEmail: 'you@example.com',
      transport: {
        async sendMail(message) {
          const info = await transport.sendMail(message)
          messages.push(info.message)
          return info
        },
      },
    })
    await tellEnd(email)
    expect(JSON.parse(messages[0] ?? '')).toMatchObject({
      subject: 'SwanLab | Run swan-1 finished (iris)',
      to: [{ address: 'you@example.com', name: '' }],
    })
    expect(email.resident).toBeUndefined()
  })
})

describe('in another process', () => {
  test('it can be rebuilt from what it says about itself', async () => {
    await using server = await smtpServer()
    const { resident } = emailTo(server.port)
    const { module, options, ...rest } = JSON.parse(JSON.stringify(resident))
    expect(rest).toEqual({ package: '@swanlab/plugin-email', export: 'EmailCallback' })
    const { EmailCallback: Rebuilt } = await import(module)
    await tellEnd(new Rebuilt(options))
    expect(server.mails).toHaveLength(1)
  })

  test('a subclass cannot, because its changes would be lost', () => {
    class Mine extends EmailCallback {}
    expect(new Mine({ senderEmail: 'a@b', receiverEmail: 'a@b', password: 'x' }).resident).toBeUndefined()
  })
})
