import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  getRun,
  init,
  type Callback,
  type CallbackContext,
  type CallbackPlace,
  type InitOptions,
  type Run,
  type RunInfo,
} from '@swanlab/core'
import { journal, replay } from '@swanlab/journal'
import { cloud } from './cloud.ts'
import { findLogin } from './find-login.ts'
import { completed, login } from './login-command.ts'
import { TrackingServer } from './testing/tracking-server.ts'

let server: TrackingServer
let folder: string
const messages: string[] = []
const report = (level: string, message: string): void => void messages.push(`${level}: ${message}`)
const uploading = (): Callback => cloud({ apiKey: 'key', host: server.url })

beforeEach(async () => {
  server = await new TrackingServer().start()
  folder = mkdtempSync(join(tmpdir(), 'cloud-callback-'))
  messages.length = 0
  process.env['SWANLAB_SAVE_DIR'] = folder
})

afterEach(async () => {
  await getRun()?.finish()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
  delete process.env['SWANLAB_SAVE_DIR']
})

function start(callbacks: readonly Callback[], options: InitOptions = {}): Promise<Run> {
  const settings = { report, metadataCollect: false, requirementsCollect: false }
  return init({ project: 'cats', callbacks: [journal({ logdir: folder }), ...callbacks], settings, ...options })
}

describe('cloud()', () => {
  it('reports through the run, with its name as a prefix', async () => {
    const run = await start([uploading()])
    expect(run.mode).toBe('cloud')
    expect(messages.at(-2)).toMatch(/^info: .*Tracking run swan-1/)
    expect(messages.at(-1)).toBe(`info: cloud: View it at ${run.url!}`)
  })

  it('reports without the prefix where a report is given', async () => {
    const run = await start([cloud({ apiKey: 'key', host: server.url, report })])
    expect(messages.at(-1)).toBe(`info: View it at ${run.url!}`)
  })

  it('reports which key it has found, and nothing about one that was given', async () => {
    process.env['SWANLAB_API_KEY'] = 'key'
    await (await start([cloud({ host: server.url })])).finish()
    delete process.env['SWANLAB_API_KEY']
    const found = `info: cloud: The API key from SWANLAB_API_KEY is used, for ${server.url}.`
    expect(messages).toContain(found)
    messages.length = 0
    await (await start([uploading()])).finish()
    expect(messages.join()).not.toContain('The API key')
  })

  it.each([
    [{ apikey: 'secret' }, /cloud.*"apikey": no such option; did you mean "apiKey"/s],
    [{ apiKey: 7 }, /apiKey: takes a text/],
    [{ apiKey: 'se cret' }, /The API key takes 1 to 512 letters/],
    [{ apiKey: 'secret', host: 'ftp://x' }, /"host" takes an address/],
    [{ apiKey: 'secret', offlineFallback: 'yes' }, /offlineFallback: takes true or false/],
  ])('refuses %j, and shows no key', (options, words) => {
    expect(() => cloud(options as object)).toThrow(words)
    expect(() => cloud(options as object)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(() => cloud(options as object)).not.toThrow(/secret|se cret/)
  })

  it('without a key throws an error that names the server', () => {
    expect(() => cloud({ host: server.url })).toThrow(
      expect.objectContaining({
        code: 'LOGIN_FAILED',
        message: expect.stringContaining(`cloud() needs an API key for ${server.url}: set SWANLAB_API_KEY`) as string,
      }),
    )
  })

  it('without journal() rejects init before any request to the server', async () => {
    await expect(init({ project: 'cats', callbacks: [uploading()], settings: { report } })).rejects.toThrow(
      'cloud() uploads what journal() records: pass journal({ logdir }), too.',
    )
    expect(server.requests).toEqual([])
  })
})

describe('the name of a run', () => {
  it('is derived from the number of runs on the server, not in the folder', async () => {
    await (await start([uploading()])).finish()
    const elsewhere = journal({ logdir: join(folder, 'new') })
    const run = await start([], { callbacks: [elsewhere, uploading()] })
    expect(run.experimentName).toBe('rat-2')
    expect(server.runs.get(run.id)?.body['name']).toBe('rat-2')
  })

  it('stays when somebody has chosen it', async () => {
    await (await start([uploading()])).finish()
    const elsewhere = journal({ logdir: join(folder, 'new') })
    const run = await start([], { experimentName: 'swan-1', callbacks: [elsewhere, uploading()] })
    expect(run.experimentName).toBe('swan-1')
  })
})

describe('cloud() as a resident callback', () => {
  /** Leaves all that can be rebuilt to another process. */
  const host: Callback = {
    name: 'host',
    adopt: (others) => others.filter(({ resident }) => resident).map(({ name }) => ({ name, place: 'resident' })),
  }

  /** What the other process makes of it. */
  async function rebuilt({ resident }: Callback): Promise<Callback> {
    const { module, export: name, options } = resident!
    const factory = ((await import(module)) as Record<string, (options: unknown) => Callback>)[name]!
    return factory(JSON.parse(JSON.stringify(options)))
  }

  it('registers the run in the training, and uploads it there', async () => {
    const callback = uploading()
    let info: RunInfo | undefined
    const watching = { name: 'watching', onRun: (run: RunInfo) => void (info = run) }
    const run = await start([host, callback, watching])
    expect(run.url).toBe(`${server.url}/@alice/cats/runs/${run.id}`)
    expect(messages.at(-1)).toBe(`info: cloud: View it at ${run.url!}`)
    expect(existsSync(join(run.dir!, 'upload.json'))).toBe(true)
    run.log({ loss: 1 })
    const outcome = await run.finish()
    expect([server.received, server.runs.get(run.id)?.state]).toEqual([0, 'RUNNING'])

    const resident = await rebuilt(callback)
    const { context, work } = contextAt('resident')
    const asked = server.requests.length
    expect(await resident.onInit!({ ...info! }, context)).toBeUndefined()
    expect(server.requests).toHaveLength(asked)
    await resident.onRun!(info!, context)
    await resident.onStop!(outcome, context)
    await Promise.all(work)
    expect([server.received, server.runs.get(run.id)?.state]).toEqual([1, 'FINISHED'])
    expect(server.to(/experiment$/)).toHaveLength(1)
  })

  it('stops when its signal aborts, and reports that the upload is not complete', async () => {
    const callback = uploading()
    const run = await start([host, callback])
    run.log({ loss: 1 })
    const outcome = await run.finish()
    server.fault = (_request, response) => Boolean(response.writeHead(503).end())
    const resident = await rebuilt(callback)
    const { context, work, abort } = contextAt('resident')
    await resident.onRun!(outcome.run, context)
    await resident.onStop!(outcome, context)
    abort()
    await Promise.all(work)
    expect(messages.at(-1)).toMatch(/^warn: The upload is not complete .* sync /)
  })

  it('shows the key nowhere but in its resident options', async () => {
    const run = await start([cloud({ apiKey: 'key', host: server.url })])
    await run.finish()
    expect(readFileSync(join(run.dir!, 'upload.json'), 'utf8')).not.toContain('"key"')
  })

  it('in a replay uploads nothing, and refers to sync()', async () => {
    const run = await start([])
    await run.finish()
    await replay(run.dir!, uploading(), { report })
    expect(server.requests).toEqual([])
    expect(messages.at(-1)).toContain('A stored run is uploaded by sync(), not by replay().')
  })

  function contextAt(place: CallbackPlace): { context: CallbackContext; work: PromiseLike<unknown>[]; abort(): void } {
    const work: PromiseLike<unknown>[] = []
    const stop = new AbortController()
    const waitUntil = (one: PromiseLike<unknown>): void => void work.push(one)
    const context = { place, report, signal: stop.signal, waitUntil } as unknown as CallbackContext
    return { context, work, abort: () => stop.abort() }
  }
})

describe('credentials given to login()', () => {
  it('are used by cloud() and by the mode, and sent to their own server only', async () => {
    await expect(findLogin()).rejects.toThrow(
      /^Mode "cloud", the default, needs an API key for .* SWANLAB_MODE=offline/,
    )
    await login({ apiKey: 'key', host: server.url })
    const given = { apiKey: 'key', host: server.url, webHost: server.url }
    expect(await findLogin()).toEqual({})
    expect(completed({})).toEqual(given)
    expect(completed({ apiKey: undefined, host: undefined })).toEqual(given)
    expect(completed({ host: `${server.url}/api` })).toMatchObject({ apiKey: 'key' })
    expect(completed({ apiKey: 'other' })).toEqual({ ...given, apiKey: 'other' })
    expect(completed({ host: 'http://elsewhere' })).toEqual({ host: 'http://elsewhere' })
    expect(() => cloud({ host: 'http://elsewhere' })).toThrow('needs an API key for http://elsewhere')
    expect((await start([cloud()])).url).toContain(server.url)
  })
})
