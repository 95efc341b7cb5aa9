import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type ServerOptions, type TrackingServer } from '../server.ts'

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** A client as plain as the protocol. */
export class Client {
  sid = ''
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async login(key: string): Promise<Answer> {
    const answer = await this.call('POST', '/login/api_key', undefined, { authorization: key })
    this.sid = (answer.body as { sid?: string })?.sid ?? ''
    return answer
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        ...(this.sid && { cookie: `sid=${this.sid}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { status, statusText: reason, headers: sent } = answer
    try {
      return { status, reason, headers: sent, body: JSON.parse(text) as unknown }
    } catch {
      return { status, reason, headers: sent, body: text }
    }
  }
}

export interface Setting {
  readonly server: TrackingServer
  readonly dataDir: string
  readonly alice: Client
  readonly bob: Client
}

/** A server with two users who are logged in. */
export async function setUp(options: Partial<ServerOptions> = {}): Promise<Setting> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'server-'))
  const server = await createServer({ port: 0, ...options, dataDir })
  const user = async (name: string): Promise<Client> => {
    const client = new Client(server.url)
    await server.storage.createUser(name)
    await client.login(await server.storage.createKey(name))
    return client
  }
  return { server, dataDir, alice: await user('alice'), bob: await user('bob') }
}
