import { execFileSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { init, type InitOptions, type Run } from '@swanlab/core'
import { Text } from '@swanlab/core/media'
import { journal } from '@swanlab/journal'
import { sync } from './sync-command.ts'
import { httpTransport, type Transport } from './transport.ts'
import { TrackingServer } from './testing/tracking-server.ts'

let server: TrackingServer
let logdir: string
let dir: string
const canMount = process.platform === 'linux' && process.getuid?.() === 0
const idOf = (folder: string): string => folder.slice(folder.lastIndexOf('-') + 1)
const record = (options: InitOptions = {}): Promise<Run> =>
  init({ project: 'cats', callbacks: [journal({ logdir })], settings: { report: () => {} }, ...options })
const given = (): { apiKey: string; host: string; report: () => void } => ({
  apiKey: 'key',
  host: server.url,
  report: () => {},
})

beforeEach(async () => {
  server = await new TrackingServer().start()
  logdir = mkdtempSync(join(tmpdir(), 'sync-'))
  const run = await record()
  for (let step = 0; step < 10; step++) run.log({ loss: step })
  await run.finish()
  dir = run.dir!
})

afterEach(async () => {
  await server.stop()
  rmSync(logdir, { recursive: true, force: true })
})

it('does not retry a refusal', async () => {
  server.fault = ({ path }, response) => {
    const refused = path.includes('/team')
    if (refused)
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"code":"Forbidden","message":"not yours"}')
    return refused
  }
  const refused = sync(dir, { ...given(), workspace: 'team' })
  await expect(refused).rejects.toMatchObject({ code: 'CLOUD_REFUSED' })
  await expect(refused).rejects.toThrow(/not yours/)
  await expect(sync(dir, { ...given(), apiKey: 'wrong' })).rejects.toMatchObject({ code: 'LOGIN_FAILED' })
})

it('names the way to upload a run that belongs to another project', async () => {
  server.fault = ({ path }, response) => {
    const conflict = path.endsWith('/experiment')
    if (conflict) response.writeHead(409).end('{"code":"Conflict","message":"elsewhere"}')
    return conflict
  }
  await expect(sync(dir, { ...given(), project: 'dogs' })).rejects.toThrow(/another project.* another id/)
})

it('uploads a part of a run', async () => {
  expect(await sync(dir, { ...given(), startStep: 3, endStep: 4 })).toMatchObject({ complete: true })
  expect([...server.scalars.keys()]).toEqual(['loss@3', 'loss@4'])
})

it('names why a folder is not a run folder', async () => {
  await expect(sync(join(logdir, 'none'), given())).rejects.toThrow(/there is no such folder/)
  await expect(sync(dirname(dir), given())).rejects.toThrow(`it is a folder of runs, such as ${dir}`)
  await expect(sync(join(dir, 'files'), given())).rejects.toThrow(/holds no journal.jsonl/)
})

test.each([
  [100, 5_000],
  [20_000, 20_000],
  [3_600_000, 60_000],
])('with a timeout of %i ms an answer is waited for %i ms', async (timeout, wait) => {
  const waits = new Set<number>()
  const transport: Transport = (request) => {
    waits.add(request.timeout)
    return httpTransport()(request)
  }
  expect(await sync(dir, { ...given(), timeout, transport })).toMatchObject({ complete: true })
  expect([...waits]).toEqual([wait])
})

describe('a folder that others may have written', () => {
  const secret = (): string => join(logdir, 'secret')
  const messages: string[] = []
  const listening = (): object => ({ ...given(), report: (_level: string, message: string) => messages.push(message) })

  /** A run with one text, whose file is then taken away. */
  async function withMedia(): Promise<{ run: string; file: string }> {
    messages.length = 0
    writeFileSync(secret(), 'secret')
    const run = await record()
    run.log({ note: new Text('hello') })
    await run.finish()
    const [file] = readdirSync(join(run.dir!, 'media', 'text'))
    return { run: run.dir!, file: `media/text/${file}` }
  }

  it('does not follow a symbolic link in place of a file', async () => {
    const { run, file } = await withMedia()
    rmSync(join(run, file))
    symlinkSync(secret(), join(run, file))
    expect(await sync(run, listening())).toMatchObject({ complete: false, missing: 1 })
    expect([...server.files.values()].map(String)).toEqual([])
    expect(messages).toContain(
      `A file of the run is left out: ${join(run, file)} is a symbolic link; it is left alone.`,
    )
  })

  it('does not follow a symbolic link in place of a folder', async () => {
    const { run, file } = await withMedia()
    mkdirSync(join(logdir, 'private'))
    renameSync(join(run, 'media', 'text'), join(logdir, 'private', 'text'))
    writeFileSync(join(logdir, 'private', 'text', basename(file)), 'secret')
    rmSync(join(run, 'media'), { recursive: true })
    symlinkSync(join(logdir, 'private'), join(run, 'media'))
    expect(await sync(run, listening())).toMatchObject({ complete: false, missing: 1 })
    expect([...server.files.values()].map(String)).toEqual([])
  })

  it.runIf(process.getuid?.() === 0)("refuses another user's run, and leaves out another user's files", async () => {
    const { run, file } = await withMedia()
    chownSync(join(run, file), 65_534, 65_534)
    expect(await sync(run, listening())).toMatchObject({ complete: false, missing: 1 })
    expect(server.files.size).toBe(0)
    chownSync(join(run, 'journal.jsonl'), 65_534, 65_534)
    await expect(sync(run, given())).rejects.toThrow(`${join(run, 'journal.jsonl')} belongs to another user`)
    chownSync(dir, 65_534, 65_534)
    await expect(sync(dir, given())).rejects.toThrow(`${dir} belongs to another user`)
  })

  it('follows a symbolic link that the user names as the run folder', async () => {
    symlinkSync(dir, join(logdir, 'latest'))
    expect(await sync(join(logdir, 'latest'), given())).toMatchObject({ complete: true })
  })
})

describe('what the server does not have', () => {
  const refuse = (step: number): void => {
    server.fault = ({ body }, response) => {
      const { metrics } = (body ?? {}) as { metrics?: { index?: number }[] }
      const refused = metrics?.some(({ index }) => index === step) ?? false
      if (refused) response.writeHead(400).end('{"code":"Bad_Request","message":"not this one"}')
      return refused
    }
  }

  it('is reported by kind and number, stored, and sent again by the next sync', async () => {
    refuse(4)
    const reason = 'the server refused 1 scalar, see refused.jsonl in the run folder'
    const first = await sync(dir, given())
    expect(first).toMatchObject({ complete: false, refused: 1, reason, state: 'finished' })
    expect(server.scalars.size).toBe(9)
    expect(await sync(dir, given())).toMatchObject({ complete: false, refused: 1, reason })
    const listed = readFileSync(join(dir, 'refused.jsonl'), 'utf8').trim().split('\n')
    expect(listed.map((line) => JSON.parse(line) as object)).toMatchObject([{ what: 'scalars', item: { index: 4 } }])
    server.fault = () => false
    expect(await sync(dir, given())).toMatchObject({ complete: true, refused: 0 })
    expect(server.scalars.size).toBe(10)
    expect(existsSync(join(dir, 'refused.jsonl'))).toBe(false)
    expect(await sync(dir, given())).toMatchObject({ complete: true, refused: 0, arrived: 0 })
  })

  it('stays noted when later records are uploaded', async () => {
    refuse(4)
    await sync(dir, given())
    const run = await record({ id: idOf(dir), resume: 'must' })
    run.log({ loss: 10 })
    await run.finish()
    expect(await sync(dir, given())).toMatchObject({ complete: false, refused: 1 })
    expect(server.scalars.size).toBe(10)
  })

  it('counts a deleted media file as missing until it is back', async () => {
    const run = await record()
    run.log({ note: new Text('hello') })
    await run.finish()
    const folder = join(run.dir!, 'media')
    renameSync(folder, `${folder}-away`)
    const reason = 'left out: 1 media file'
    expect(await sync(run.dir!, given())).toMatchObject({ complete: false, missing: 1, reason })
    expect(await sync(run.dir!, given())).toMatchObject({ complete: false, missing: 1, reason })
    renameSync(`${folder}-away`, folder)
    expect(await sync(run.dir!, given())).toMatchObject({ complete: true, missing: 0 })
    expect(server.files.size).toBe(1)
  })
})

describe('a folder that goes away while it is uploaded', () => {
  it('moved: the upload is incomplete, with the reason', async () => {
    server.fault = ({ path }) => {
      if (path.endsWith('/house/metrics') && existsSync(dir)) renameSync(dir, `${dir}-moved`)
      return false
    }
    const { complete, reason } = await sync(dir, given())
    expect([complete, reason]).toEqual([false, expect.stringContaining('is not there any more')])
    expect(server.runs.get(idOf(dir))?.state).toBe('RUNNING')
    expect(await sync(`${dir}-moved`, given())).toMatchObject({ complete: true })
  })

  it.runIf(canMount)('unmounted: the upload is incomplete, although its files are still open', async () => {
    const mounted = join(logdir, 'mounted')
    mkdirSync(mounted)
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', mounted])
    let isMounted = true
    const unmount = (): void => {
      if (isMounted) execFileSync('umount', ['-l', mounted])
      isMounted = false
    }
    try {
      const onDisk = join(mounted, 'run-1')
      cpSync(dir, onDisk, { recursive: true })
      server.fault = ({ path }) => {
        if (path.endsWith('/house/metrics')) unmount()
        return false
      }
      const { complete, reason } = await sync(onDisk, given())
      expect([complete, reason]).toEqual([false, expect.stringContaining('the folder was unmounted')])
    } finally {
      unmount()
    }
  })
})
