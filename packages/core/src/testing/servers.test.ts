import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { httpServer } from './http-server.ts'
import { smtpServer, type SmtpStep } from './smtp-server.ts'

describe('httpServer', () => {
  it('does what its script says, request by request, and keeps what arrived', async () => {
    await using server = await httpServer([
      { status: 500, body: 'broken' },
      'reset',
      'cut',
      { status: 429, retryAfter: 1 },
    ])
    const post = async (body: string): Promise<string> => {
      try {
        const answer = await fetch(`${server.url}/hook?x=1`, { method: 'POST', body })
        return `${answer.status} ${answer.headers.get('retry-after')} ${await answer.text()}`
      } catch (error) {
        return (error as Error).message
      }
    }
    const answers: string[] = []
    for (let n = 0; n < 5; n++) answers.push(await post(JSON.stringify({ n })))
    expect(answers).toEqual([
      '500 null broken',
      'fetch failed',
      expect.stringMatching(/terminated|failed/),
      '429 1 ',
      '200 null ok',
    ])
    expect(server.requests.map((request) => request.json())).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })))
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/hook?x=1' })
  })

  it('hangs until it is closed; then connections are refused', async () => {
    const server = await httpServer(['hang'])
    const answer = fetch(server.url)
    await server.received(1)
    await server.close()
    await expect(answer).rejects.toThrow()
    await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })
})

describe('smtpServer', () => {
  const MAIL = ['EHLO x', 'MAIL FROM:<a@x.test>', 'RCPT TO:<b@x.test>', 'DATA', 'Subject: hi\r\n\r\nhello\r\n.', 'QUIT']

  /** What a client hears, by code; the end of the connection is `end`. */
  async function talk(port: number): Promise<string[]> {
    const socket: Socket = createConnection(port, '127.0.0.1')
    socket.on('error', () => {})
    const heard: string[] = []
    const lines = [...MAIL]
    for await (const line of createInterface({ input: socket })) {
      if (/^\d{3}-/.test(line)) continue
      heard.push(line.slice(0, 3))
      if (Number(line[0]) > 3) break
      const next = lines.shift()
      if (next !== undefined) socket.write(`${next}\r\n`)
    }
    socket.destroy()
    return heard
  }

  it.each<[SmtpStep, string]>([
    ['accept', '220 250 250 250 354 250 221'],
    ['reject 451', '220 250 250 250 354 451'],
    [{ reject: 550, at: 'RCPT', address: 'b@x.test' }, '220 250 250 550'],
    [{ reject: 550, at: 'RCPT', address: 'c@x.test' }, '220 250 250 250 354 250 221'],
    [{ reject: 421, at: 'CONNECT' }, '421'],
    ['cut', ''],
    ['cut after MAIL', '220 250'],
    ['cut after DATA', '220 250 250 250 354'],
  ])('%j is what a client gets', async (step, codes) => {
    await using server = await smtpServer([step])
    expect((await talk(server.port)).join(' ')).toBe(codes)
    expect(server.connections).toBe(1)
    const taken = step !== 'reject 451' && step !== 'cut after DATA'
    if (codes.includes('354'))
      expect(server.mails).toMatchObject([
        { from: 'a@x.test', to: ['b@x.test'], raw: expect.stringContaining('hello'), taken },
      ])
    expect((await talk(server.port)).at(-1)).toBe('221')
  })

  it('has the mail where only its answer is missing', async () => {
    const server = await smtpServer(['hang after DATA'])
    const client = talk(server.port)
    expect(await server.received(1)).toMatchObject([{ taken: false }])
    await server.close()
    expect((await client).at(-1)).toBe('354')
  })

  it('refuses a step that is none', async () => {
    await expect(smtpServer(['reject' as 'accept'])).rejects.toThrow('"reject" is no step')
  })
})
