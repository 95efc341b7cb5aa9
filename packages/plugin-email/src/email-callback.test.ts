import { inspect } from 'node:util'
import { createTransport } from 'nodemailer'
import { describe, expect, test } from 'vitest'
import { EmailCallback } from './email-callback.ts'
import type { EmailOptions } from './options.ts'
import { startMailServer } from './testing/mail-server.ts'
import { sampleOutcome, sampleRun } from './testing/samples.ts'

const PASSWORD = 'correct horse battery'

const emailTo = (port: number, changes: Partial<EmailOptions> = {}): EmailCallback =>
  new EmailCallback({
    senderEmail: 'me@example.com',
    receiverEmail: 'you@example.com',
    password: PASSWORD,
    smtpServer: '127.0.0.1',
    port,
    clock: { random: () => 0 },
    ...changes,
  })

describe('the end of a run', () => {
  test('is one mail with a text and an HTML part', async () => {
    const server = await startMailServer()
    const email = emailTo(server.port, { receiverEmail: ['you@example.com', 'team@example.org'] })
    email.onRun(sampleRun())
    await email.onStop(sampleOutcome())
    expect(server.mails).toHaveLength(1)
    const [mail] = server.mails
    expect(mail?.subject).toBe('SwanLab | Run swan-1 finished (iris)')
    expect(mail?.from?.text).toBe('"SwanLab" <me@example.com>')
    expect(mail?.to).toMatchObject({ text: 'you@example.com, team@example.org' })
    expect(mail?.messageId).toMatch(/^<[\da-f]{32}@example\.com>$/)
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail?.text).toContain('Your experiment finished after 12 min 3 s, at step 99; last loss 0.25.')
    expect(mail?.text).toContain('- loss: 0.25 (Min 0.25, Max 1.5)')
    expect(mail?.html).toContain('<a href="https://swanlab.cn/@botany/iris/runs/abc"')
    expect(mail?.attachments).toEqual([])
    expect(server.envelopes).toEqual([['you@example.com', 'team@example.org']])
    expect(server.logins).toEqual([{ username: 'me@example.com', password: PASSWORD, secure: false }])
  })

  test('of a crashed run carries the error, in Chinese when asked for', async () => {
    const server = await startMailServer()
    const error = { name: 'TypeError', message: 'a < b & c', stack: 'TypeError: a < b & c\n    at train (loop.ts:7:1)' }
    await emailTo(server.port, { language: 'zh' }).onStop(sampleOutcome({ state: 'crashed', error }))
    const [mail] = server.mails
    expect(mail?.subject).toBe('SwanLab | 实验 swan-1 已崩溃（iris）')
    expect(mail?.text).toContain('TypeError: a < b & c\nat train (loop.ts:7:1)')
    expect(mail?.html).toContain('TypeError: a &lt; b &amp; c')
    expect(mail?.html).toContain('lang="zh-CN"')
  })

  test('comes after the alerts of the run, each a mail of its own', async () => {
    const server = await startMailServer()
    const email = emailTo(server.port, { notifyOnStart: true })
    email.onRun(sampleRun())
    email.onAlert({ title: 'loss is NaN', text: 'Look at it.', level: 'error', time: 1 })
    await email.onStop(sampleOutcome({ state: 'crashed' }))
    expect(server.mails.map(({ subject }) => subject)).toEqual([
      'SwanLab | Run swan-1 started (iris)',
      'SwanLab | loss is NaN (swan-1, iris)',
      'SwanLab | Run swan-1 crashed (iris)',
    ])
  })

  test('cannot smuggle headers or receivers in, whatever the run is called', async () => {
    const server = await startMailServer()
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\n<script>'
    const run = sampleRun({ experimentName: evil, project: evil, description: evil })
    await emailTo(server.port).onStop(sampleOutcome({ run }))
    expect(server.envelopes).toEqual([['you@example.com']])
    expect(server.mails[0]?.headers.has('bcc')).toBe(false)
    expect(server.mails[0]?.subject).toMatch(/^SwanLab \| Run x Bcc: evil@example\.com <script> finished \(.*\)$/)
    expect(server.mails[0]?.html).not.toContain('<script')
  })
})

describe('sendEmail', () => {
  test('sends words of one’s own, without a run', async () => {
    const server = await startMailServer()
    await emailTo(server.port, { username: 'apikey' }).sendEmail({ subject: 'Hello', content: 'one\n<b>two</b>' })
    expect(server.mails).toMatchObject([{ subject: 'Hello' }])
    expect(server.mails[0]?.text).toContain('one\n<b>two</b>')
    expect(server.mails[0]?.html).toContain('one<br />&lt;b&gt;two&lt;/b&gt;')
    expect(server.logins).toMatchObject([{ username: 'apikey' }])
  })

  test.each([
    [['Hello', 'World'], 'sendEmail takes one object of options, not a value of type string.'],
    [[{ subject: 'Hello' }], 'sendEmail needs the option "content": a string that is not empty.'],
    [
      [{ subject: 'Hello', content: ' ' }],
      'sendEmail: the option "content" must be a string that is not empty, not "".',
    ],
    [[{ subject: 'a', content: 'b', body: 'c' }], /^sendEmail has no option "body"/],
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
    [{ ...good, recieverEmail: 'x' }, 'has no option "recieverEmail"; did you mean "receiverEmail"?'],
    [{ ...good, senderEmail: undefined }, 'needs the option "senderEmail"'],
    [{ ...good, password: undefined }, 'needs the option "password", or a "transport"'],
    [{ ...good, password: '' }, 'option "password" must be a string that is not empty.'],
    [{ ...good, receiverEmail: [] }, 'option "receiverEmail" must be one plain address'],
    [{ ...good, receiverEmail: ['you@example.com', 'you'] }, 'not ["you@example.com", "you"]'],
    [{ ...good, port: 0 }, 'option "port" must be a whole number from 1 to 65535, not 0.'],
    [{ ...good, port: '587' }, 'option "port" must be a whole number from 1 to 65535, not "587".'],
    [{ ...good, smtpServer: 'smtp.example.com:25/x' }, 'option "smtpServer" must be a host name'],
    [{ ...good, language: 'de' }, 'option "language" must be "en" or "zh", not "de".'],
    [{ ...good, tls: { rejectUnauthorized: false } }, 'option "tls" must be { ca?: string | string[], servername?'],
    [{ ...good, transport: {} }, 'option "transport" must be a nodemailer transporter'],
    [undefined, 'takes one object of options, not undefined.'],
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
    expect(() => new EmailCallback({ ...good, receiverEmail: address })).toThrow('option "receiverEmail"')
    expect(() => new EmailCallback({ ...good, receiverEmail: ['a@b', address] })).toThrow('option "receiverEmail"')
    expect(() => new EmailCallback({ ...good, senderEmail: address })).toThrow('option "senderEmail"')
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
    await email.onStop(sampleOutcome())
    expect(JSON.parse(messages[0] ?? '')).toMatchObject({
      subject: 'SwanLab | Run swan-1 finished (iris)',
      to: [{ address: 'you@example.com', name: '' }],
    })
    expect(email.resident).toBeUndefined()
  })
})

describe('in another process', () => {
  test('it can be rebuilt from what it says about itself', async () => {
    const server = await startMailServer()
    const { resident } = emailTo(server.port, { clock: undefined })
    const { module, options, ...rest } = JSON.parse(JSON.stringify(resident))
    expect(rest).toEqual({ package: '@swanlab/plugin-email', export: 'EmailCallback' })
    const { EmailCallback: Rebuilt } = await import(module)
    await new Rebuilt(options).onStop(sampleOutcome())
    expect(server.mails).toHaveLength(1)
  })

  test('a subclass cannot, because its changes would be lost', () => {
    class Mine extends EmailCallback {}
    expect(new Mine({ senderEmail: 'a@b', receiverEmail: 'a@b', password: 'x' }).resident).toBeUndefined()
  })
})
