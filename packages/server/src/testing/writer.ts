import { text } from 'node:stream/consumers'
import type { Storage, StoredRun } from '../storage/interfaces.ts'
import { Client } from './client.ts'
import { newRun } from './runs.ts'

/** Whether something that was acknowledged is there. */
type Check = (storage: Storage, run: StoredRun) => Promise<boolean> | boolean

/** A client that writes everything that a client can, until the server is gone, and knows what was acknowledged. */
export class Writer {
  readonly #client: Client
  readonly #name: string
  readonly #checks: (readonly [what: string, check: Check])[] = []
  #cuid = ''
  #count = 0

  private constructor(url: string, name: string) {
    this.#client = new Client(url)
    this.#name = name
  }

  /** Logs in, with a project of its own and a run. */
  static async begin(url: string, key: string, name: string): Promise<Writer> {
    const writer = new Writer(url, name)
    await writer.#client.login(key)
    await writer.#client.call('POST', '/projects/alice', { name, visibility: 'PRIVATE' })
    writer.#cuid = (await newRun(writer.#client, name, { cuid: `run-of-${name}` })).cuid
    return writer
  }

  get acknowledged(): number {
    return this.#checks.length
  }

  /** Resolves when the server is gone. */
  async work(): Promise<void> {
    try {
      for (;;) await Promise.all(Array.from({ length: 4 }, () => this.#step(this.#count++)))
    } catch {
      // It has been killed; what was on its way may be there or not.
    }
  }

  async reaches(count: number): Promise<void> {
    while (this.acknowledged < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** What was acknowledged and is not there. */
  async lost(storage: Storage): Promise<string[]> {
    const run = storage.runByCuid(this.#cuid)
    if (!run) return ['the run']
    const found = await Promise.all(this.#checks.map(async ([, check]) => check(storage, run)))
    return this.#checks.filter((_, at) => !found[at]).map(([what]) => what)
  }

  async #step(n: number): Promise<void> {
    const cuid = this.#cuid
    const project = `/project/alice/${this.#name}`
    const log = (type: string, metrics: object[]): Promise<void> =>
      this.#send('POST', '/house/metrics', { projectId: 'p', experimentId: cuid, type, metrics })
    switch (n % 7) {
      case 0:
        await log('scalar', [{ key: `k${n % 3}`, index: n, data: n }])
        return this.#expect(`point ${n}`, async (storage) => {
          const points = [...((await storage.scalars(cuid, undefined)).get(`k${n % 3}`) ?? [])]
          return points.some(({ index, data }) => index === n && data === n)
        })
      case 1:
        await log('log', [{ epoch: n + 1, level: 'INFO', message: `line ${n}` }])
        return this.#expect(`line ${n}`, async (storage) =>
          (await storage.lines(cuid)).some(({ epoch, message }) => epoch === n + 1 && message === `line ${n}`),
        )
      case 2:
        return this.#putObject(n)
      case 3:
        await this.#send('PUT', `${project}/runs/${cuid}/profile`, { metadata: { [`m${n}`]: n } })
        return this.#expect(`metadata ${n}`, (_, run) => run.profile.metadata?.[`m${n}`] === n)
      case 4:
        await this.#send('POST', `/experiment/${cuid}/columns`, [{ key: `c${n}`, type: 'IMAGE', name: `name ${n}` }])
        return this.#expect(`column ${n}`, (storage) =>
          storage.columns(cuid).some(({ key, name }) => key === `c${n}` && name === `name ${n}`),
        )
      case 5:
        await this.#send('POST', `/projects/alice/${this.#name}/series`, { series: [{ key: `s${n}`, type: 'FLOAT' }] })
        return this.#expect(`series ${n}`, (storage, { workspace, project: called }) =>
          storage.series(storage.project(workspace, called)!).has(`s${n}`),
        )
      default:
        await this.#send('POST', `${project}/experiment`, { name: `n${n}`, cuid: `id${n}`, job: `job ${n}` })
        await this.#send('PUT', `${project}/runs/id${n}/state`, { state: 'ABORTED' })
        return this.#expect(`run ${n}`, (storage, { workspace, project: called }) => {
          const run = storage.run(storage.project(workspace, called)!, `id${n}`)
          return run?.job === `job ${n}` && run.state === 'ABORTED'
        })
    }
  }

  async #putObject(n: number): Promise<void> {
    const path = `media/image/${n}.png`
    const { body } = await this.#client.call('POST', '/resources/presigned/put', {
      experimentId: this.#cuid,
      paths: [path],
    })
    const answer = await fetch(body.urls[0] as string, { method: 'PUT', body: `object ${n} `.repeat(5_000) })
    await answer.arrayBuffer()
    this.#expect(`object ${n}`, async (storage) => {
      const content = await storage.get(this.#cuid, path)
      return content !== undefined && (await text(content)) === `object ${n} `.repeat(5_000)
    })
  }

  async #send(method: string, path: string, body: unknown): Promise<void> {
    const { status } = await this.#client.call(method, path, body)
    if (status > 299) throw new Error(`${method} ${path}: ${status}`)
  }

  #expect(what: string, check: Check): void {
    this.#checks.push([what, check])
  }
}
