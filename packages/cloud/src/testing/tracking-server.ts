import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** What to do instead of answering; `false` when there is nothing to do. */
export type Fault = (request: SeenRequest, response: ServerResponse) => boolean

/** The requests of SwanLab's protocol, answered from memory, with faults wherever a test wants them. */
export class TrackingServer {
  readonly requests: SeenRequest[] = []
  readonly projects = new Map<string, { cuid: string; version: number | undefined }>()
  readonly runs = new Map<string, { body: Record<string, unknown>; state: string; profile: Record<string, unknown> }>()
  /** By key and step: a point that is sent twice is there once. */
  readonly scalars = new Map<string, unknown>()
  readonly lines = new Map<number, { level: string; message: string }>()
  readonly series = new Map<string, Record<string, unknown>>()
  readonly files = new Map<string, Buffer>()
  /** Scalar items received, repeated ones included. */
  received = 0
  logins = 0
  sid = 1
  fault: Fault = () => false
  /** False: a server of the generation before. */
  modern = true
  readonly #server = createServer((request, response) => {
    this.#take(request, response).catch((error: unknown) => {
      // Whoever asked was killed, as tests do.
      if (!request.destroyed) throw error
    })
  })
  #port = 0

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Requests to addresses that match. */
  to(path: RegExp): SeenRequest[] {
    return this.requests.filter((request) => path.test(`${request.method} ${request.path}`))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const json = request.headers['content-type'] === 'application/json'
    const { method = '', url: path = '', headers } = request
    const seen = { method, path, headers, body: json && bytes.length > 0 ? JSON.parse(bytes.toString()) : bytes }
    this.requests.push(seen)
    if (this.fault(seen, response)) return
    const [status, body] = this.#answer(seen)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  #answer({ method, path, headers, body }: SeenRequest): [number, unknown] {
    const [route = ''] = path.split('?')
    if (route === '/api/login/api_key') {
      if (headers.authorization !== 'key') return [401, { code: 'Unauthorized', message: 'no such key' }]
      this.logins++
      const expiredAt = new Date(Date.now() + 60 * 86_400_000).toISOString()
      return [200, { sid: `s${this.sid}`, expiredAt, userInfo: { username: 'alice' } }]
    }
    if (method === 'PUT' && route.startsWith('/files/')) {
      this.files.set(decodeURIComponent(route.slice(7)), body as Buffer)
      return [200, {}]
    }
    if (headers.cookie !== `sid=s${this.sid}`) return [401, { code: 'Unauthorized', message: 'no session' }]
    const parts = route.split('/').slice(2).map(decodeURIComponent)
    if (parts[0] === 'house') return this.#house(parts, body)
    if (parts[0] === 'projects' && parts[3] === 'series') {
      for (const item of body.series) if (!this.series.has(item.key)) this.series.set(item.key, item)
      return [200, {}]
    }
    if (parts[0] === 'experiment' && parts[2] === 'columns') {
      for (const item of body) this.series.set(item.key, item)
      return [201, {}]
    }
    if (parts[0] === 'projects') return this.modern ? this.#makeProject(`${parts[1]}/${body.name}`) : [404, {}]
    if (parts[0] === 'resources') {
      return [200, { urls: body.paths.map((name: string) => `${this.url}/files/${encodeURIComponent(name)}`) }]
    }
    return this.#project(method, parts, body)
  }

  #makeProject(path: string): [number, unknown] {
    if (this.projects.has(path)) return [200, {}]
    this.projects.set(path, { cuid: `P${this.projects.size}`, version: this.modern ? 1 : undefined })
    return [201, {}]
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  #project(method: string, parts: string[], body: any): [number, unknown] {
    if (parts.length === 1) return this.#makeProject(`${body.username}/${body.name}`)
    const path = `${parts[1]}/${parts[2]}`
    const project = this.projects.get(path)
    if (!project) return [404, { code: 'Not_Found', message: 'project not found' }]
    const name = parts[2]
    if (parts.length === 3)
      return [200, { ...project, name, path, group: { username: parts[1] }, _count: { experiments: this.runs.size } }]
    if (parts[3] === 'experiment') {
      const there = this.runs.get(body.cuid)
      if (there) there.state = 'RUNNING'
      else this.runs.set(body.cuid, { body, state: 'RUNNING', profile: {} })
      const { name: called } = there?.body ?? body
      return [there ? 200 : 201, { cuid: body.cuid, slug: body.cuid, name: called, profile: there?.profile ?? {} }]
    }
    const run = this.runs.get(parts[4] ?? '')
    if (!run) return [404, { code: 'Not_Found', message: 'run not found' }]
    if (method === 'GET') return [200, { ...run.body, profile: run.profile }]
    if (parts[5] === 'state') run.state = body.state
    if (parts[5] === 'profile') Object.assign(run.profile, body)
    return [200, {}]
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  #house(parts: string[], body: any): [number, unknown] {
    if (parts[2] === 'summaries') {
      const last = new Map<string, number>()
      for (const at of this.scalars.keys()) {
        const [key = '', step] = at.split('@')
        last.set(key, Math.max(last.get(key) ?? 0, Number(step)))
      }
      const scalar = Array.from(last, ([key, step]) => ({ key, step }))
      const log = this.lines.size > 0 ? [{ key: 'LOG', step: Math.max(...this.lines.keys()) }] : undefined
      return [200, { scalar, media: null, log }]
    }
    if (parts[1] !== 'metrics') return [200, {}]
    for (const item of body.metrics) {
      if (body.type === 'log') this.lines.set(item.epoch, item)
      else {
        this.received++
        this.scalars.set(`${item.key}@${item.index}`, item.data)
      }
    }
    return [200, {}]
  }
}
