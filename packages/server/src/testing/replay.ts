import { readFileSync } from 'node:fs'
import { signedHeaders, type Credentials } from './bucket-client.ts'
import type { Storage } from '../storage/interfaces.ts'

/** One exchange between an unmodified client and the server that it was recorded with. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly status: number
  readonly response: unknown
}

export interface Outcome {
  readonly exchange: Exchange
  readonly status: number
  readonly answer: unknown
}

type Members = Readonly<Record<string, unknown>>

/** Names that a server gives: where a client says a recorded one, it is to say ours. */
const NAMES = new Set(['cuid', 'flagId', 'sid', 'cosKey'])

export function exchangesOf(file: string): Exchange[] {
  const text = readFileSync(new URL(`vectors/${file}`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exchange)
}

/** Plays a client's part of a recording, with the names that this server gives. */
export class Replay {
  readonly #origin: string
  readonly #key: string
  readonly #prefix: string
  readonly #names = new Map<string, string>()
  /** Ids that the client itself chose stay as they are where it asks for a run. */
  readonly #chosen = new Set<string>()
  readonly #addresses = new Map<string, string>()
  #store: { from: string; to: string; bucket: string; credentials: Credentials } | undefined

  /** @param prefix - What the client puts before the paths of the API. */
  constructor(origin: string, key: string, prefix = '/api') {
    this.#origin = origin
    this.#key = key
    this.#prefix = prefix
  }

  /** What the recording calls something that is here already. */
  call(recorded: string, own: string): void {
    this.#names.set(recorded, own)
  }

  inOurNames(recorded: unknown): unknown {
    return JSON.parse(this.#translated(JSON.stringify(recorded)))
  }

  nameOf(recorded: string): string {
    return this.#names.get(recorded) ?? recorded
  }

  async play(exchange: Exchange): Promise<Outcome> {
    const { method, body, headers } = exchange
    const answer = await fetch(this.#addressOf(exchange.path), {
      method,
      headers: {
        ...(headers['content-type'] && { 'content-type': headers['content-type'] }),
        ...(headers['authorization'] && exchange.path.endsWith('/login/api_key') && { authorization: this.#key }),
        ...(headers['cookie'] && { cookie: `sid=${this.nameOf('SID123')}` }),
        ...(headers['authorization']?.startsWith('AWS ') && this.#signatureOf(exchange)),
      },
      ...(body !== null && { body: this.#contentOf(exchange) }),
    })
    const text = await answer.text()
    const { status } = answer
    const parsed = text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text
    if (status < 300) this.#learn(exchange, parsed)
    return { exchange, status, answer: parsed }
  }

  #addressOf(path: string): string {
    const known = this.#addresses.get(path)
    if (known !== undefined) return known
    if (this.#store && path.startsWith(this.#store.from)) return this.#store.to + path.slice(this.#store.from.length)
    return this.#origin + this.#translated(path.replace(/^\/api(?=\/|$)/, this.#prefix))
  }

  #contentOf({ path, body }: Exchange): Buffer | string {
    const size = typeof body === 'string' ? /^<(\d+) bytes>/.exec(body)?.[1] : undefined
    if (size !== undefined) return Buffer.alloc(Number(size), 'x')
    const text = JSON.stringify(body)
    const { cuid } = body as { cuid?: string }
    if (!path.endsWith('/experiment') || cuid === undefined || this.#names.has(cuid) !== this.#chosen.has(cuid))
      return this.#translated(text)
    this.#chosen.add(cuid)
    return text
  }

  /** As boto3 would. */
  #signatureOf({ method, path, headers: sent }: Exchange): Record<string, string> {
    const { from, bucket, credentials } = this.#store!
    return signedHeaders(credentials, {
      method,
      resource: bucket + path.slice(from.length),
      ...(sent['content-type'] && { type: sent['content-type'] }),
    })
  }

  #translated(text: string): string {
    if (this.#names.size === 0) return text
    // All at once, and whole names only: the names that our server gives are random, and may contain recorded ones.
    const recorded = [...this.#names.keys()].map((name) => name.replaceAll(/[^\w]/g, String.raw`\$&`))
    const names = new RegExp(`(?<![0-9A-Za-z])(?:${recorded.join('|')})(?![0-9A-Za-z])`, 'g')
    return text.replaceAll(names, (name) => this.nameOf(name))
  }

  #learn({ path, response }: Exchange, answer: unknown): void {
    if (path.endsWith('/sts')) {
      const [recorded, own] = [response, answer] as { endPoint: string; bucket: string; prefix: string }[]
      const place = (one: { endPoint: string; bucket: string; prefix: string } | undefined): string =>
        `${one?.endPoint.replace('{origin}', '')}/${one?.bucket}/${one?.prefix}`
      const { credentials } = answer as { credentials: Credentials }
      const bucket = `/${own?.bucket}/${own?.prefix}`
      this.#store = { from: place(recorded), to: place(own), bucket, credentials }
    }
    this.#pair(response, answer)
  }

  #pair(recorded: unknown, own: unknown): void {
    if (typeof recorded !== 'object' || recorded === null || typeof own !== 'object' || own === null) return
    for (const [member, value] of Object.entries(recorded)) {
      const ours = (own as Members)[member]
      if (member === 'urls' || member === 'url')
        [value].flat().forEach((url: string, at: number) => {
          this.#addresses.set(url.replace('{origin}', ''), [ours].flat()[at] as string)
        })
      else if (NAMES.has(member) && typeof value === 'string' && typeof ours === 'string') this.#names.set(value, ours)
      else this.#pair(value, ours)
    }
  }
}

/** Members that a recorded answer has and ours has not, or has as something else. */
export function missing(recorded: unknown, own: unknown, at = ''): string[] {
  if (recorded === null || recorded === undefined || (at === '.message' && recorded === 'ok')) return []
  if (Array.isArray(recorded)) {
    if (!Array.isArray(own)) return [at]
    return recorded.length > 0 ? missing(recorded[0], own[0], `${at}[0]`) : []
  }
  if (typeof recorded === 'object')
    return typeof own === 'object' && own !== null
      ? Object.entries(recorded).flatMap(([member, value]) =>
          missing(value, (own as Members)[member], `${at}.${member}`),
        )
      : [at]
  return typeof own === typeof recorded ? [] : [at]
}

/** Everything that was sent to the runs of a recording, by what must be left of it. */
export async function lost(
  outcomes: readonly Outcome[],
  cuidAt: readonly string[],
  storage: Storage,
): Promise<string[]> {
  const wanted = new Map<string, unknown>()
  outcomes.forEach(({ exchange }, at) => {
    if (exchange.path !== '/api/house/metrics') return
    const { type, metrics } = exchange.body as { type: string; metrics: Members[] }
    for (const { key = 'LOG', index, epoch, data, message } of metrics)
      wanted.set([cuidAt[at], type, key, type === 'log' ? epoch : index].join('|'), type === 'log' ? message : data)
  })
  const found = new Set<string>()
  for (const cuid of new Set(cuidAt)) {
    if (!storage.runByCuid(cuid)) continue
    const { scalar, media } = storage.lastSteps(cuid)
    for (const [key, points] of await storage.scalars(cuid, new Set(scalar.keys())))
      for (const { index } of points) found.add([cuid, 'scalar', key, index].join('|'))
    for (const [key, points] of await storage.media(cuid, new Set(media.keys())))
      for (const { index } of points) found.add([cuid, 'media', key, index].join('|'))
    for (const { epoch } of await storage.lines(cuid)) found.add([cuid, 'log', 'LOG', epoch].join('|'))
  }
  return [...wanted.keys()].filter((one) => !found.has(one))
}
