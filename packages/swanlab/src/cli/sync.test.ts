import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TrackingServer } from '../../../cloud/src/testing/tracking-server.ts'
import { ending, useHome } from './testing/cli.ts'
import { record } from './testing/runs.ts'
import { hasTerminals, startOnTerminal } from './testing/terminal.ts'

const home = useHome()
let server: TrackingServer

beforeEach(async () => {
  server = await new TrackingServer().start()
  Object.assign(home.env, { SWANLAB_API_HOST: server.url, SWANLAB_API_KEY: 'key' })
})
afterEach(() => server.stop())

describe('sync', () => {
  it('uploads many folders, and nothing twice', async () => {
    const folders = [
      record(home.dir, { id: 'first', losses: [3, 2, 1], state: 'finished' }),
      record(home.dir, { id: 'dead', losses: [9, 8] }),
      record(home.dir, { id: 'alive', losses: [7], pid: process.pid }),
    ]
    const first = await home.run(['sync', ...folders])
    const used = `swanlab: The API key from SWANLAB_API_KEY is used, for ${server.url}.\n`
    expect(first).toMatchObject({ code: 0, stderr: used })
    expect(first.stdout.split('\n')).toEqual([
      expect.stringContaining(`-first: uploaded to ${server.url}/@alice/cats/runs/first`),
      expect.stringContaining('-dead: uploaded to'),
      expect.stringMatching(/-alive: uploaded to .*; it is still being written; sync it again later$/),
      '',
    ])
    expect(server.received).toBe(6)
    expect(Array.from(server.runs, ([id, { state }]) => [id, state])).toEqual([
      ['first', 'FINISHED'],
      ['dead', 'CRASHED'],
      ['alive', 'RUNNING'],
    ])
    const idle = await home.run(['sync', folders[0]!])
    expect(idle).toMatchObject({ code: 0, stderr: used })
    expect(idle.stdout).toMatch(/-first: nothing new; all of it is at http.*\n$/)
    const again = await home.run(['sync', '--json', ...folders])
    expect(again).toMatchObject({ code: 0, stderr: used })
    expect(JSON.parse(again.stdout)).toMatchObject([
      { folder: folders[0], complete: true, arrived: 0, state: 'finished', refused: 0, missing: 0, damaged: 0 },
      { folder: folders[1], complete: true, state: 'crashed' },
      { folder: folders[2], complete: true, state: 'running' },
    ])
    expect(server.received).toBe(6)
  })

  it('goes on after a folder that holds no run, and fails at the end', async () => {
    const empty = join(home.dir, 'run-empty')
    mkdirSync(empty)
    const torn = record(home.dir, { id: 'torn', losses: [3, 2] })
    appendFileSync(join(torn, 'journal.jsonl'), '{"type":"log","step":2,"ti')
    const { code, stdout, stderr } = await home.run(['sync', empty, torn])
    expect(code).toBe(1)
    expect(stderr.split('\n').slice(1)).toEqual([
      `swanlab: run-empty: There is no run in ${empty}: it holds no journal.jsonl.`,
      '',
    ])
    expect(stdout).toMatch(/-torn: uploaded to .*; 1 damaged line of the journal is left out\n$/)
    expect([...server.scalars.values()]).toEqual([3, 2])
  })

  it('uploads a part, elsewhere, under another id', async () => {
    const folder = record(home.dir, { id: 'long', losses: [5, 4, 3, 2, 1], state: 'finished' })
    const bounds = ['--start-step', '1', '--end-step', '3', '--end-time', '2026-04-01T10:15:02']
    const { code } = await home.run([
      'sync',
      folder,
      '--id',
      'part',
      '--project',
      'dogs',
      '--workspace',
      'team',
      ...bounds,
    ])
    expect(code).toBe(0)
    expect([...server.scalars.keys()]).toEqual(['loss@1', 'loss@2'])
    expect([...server.projects.keys()]).toEqual(['team/dogs'])
    expect([...server.runs.keys()]).toEqual(['part'])
  })

  it('says what is incomplete, or refused, with exit code 1', async () => {
    const folder = record(home.dir, { id: 'first', losses: [3, 2], state: 'finished' })
    let status = 503
    server.fault = ({ path, body }, response) => {
      const points: { index: number }[] = (path === '/api/house/metrics' && body.type !== 'log' && body.metrics) || []
      if (status === 400 ? !points.some(({ index }) => index === 1) : points.length === 0) return false
      response.writeHead(status).end('{"code":"Bad","message":"not this one"}')
      return true
    }
    const args = ['sync', folder, '--timeout', '0.1']
    const outage = await home.run(args)
    expect(outage.code).toBe(1)
    expect(outage.stdout).toMatch(/-first: NOT complete \(.*503.*\); sync it again\n$/)
    status = 400
    for (const refused of [await home.run(args), await home.run(args)]) {
      expect(refused.code).toBe(1)
      expect(refused.stdout).not.toContain('uploaded')
      expect(refused.stdout).toContain('the server refused 1 scalar, see refused.jsonl in the run folder')
    }
    expect([...server.scalars.values()]).toEqual([3])
    status = 0
    server.fault = () => false
    const taken = await home.run(args)
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining('uploaded to') as string })
    expect([...server.scalars.values()]).toEqual([3, 2])
  })

  it('stops at a server that does not know the key, or is not there', async () => {
    const folders = [
      record(home.dir, { id: 'one', state: 'finished' }),
      record(home.dir, { id: 'two', state: 'finished' }),
    ]
    const wrong = await home.run(['sync', ...folders, '--api-key', '-'], 'wr0ng')
    expect(wrong).toMatchObject({ code: 3, stdout: '' })
    expect(wrong.stderr).toContain('does not accept the API key')
    expect(wrong.stderr).not.toContain('wr0ng')
    // The login still works, and then the server is gone.
    server.fault = ({ path }, response) => {
      if (!path.startsWith('/api/project')) return false
      response.socket?.destroy()
      void server.stop()
      return true
    }
    const gone = await home.run(['sync', ...folders, '--timeout', '0.1'])
    expect(gone).toMatchObject({ code: 4, stdout: '' })
    expect(gone.stderr).toContain('1 more folder has not been tried.')
    delete home.env['SWANLAB_API_KEY']
    expect(await home.run(['sync', ...folders])).toMatchObject({ code: 3, stdout: '' })
  })

  it('refuses what makes no sense before anything is sent', async () => {
    const refusals = await Promise.all([
      home.run(['sync', 'a', 'b', '--id', 'x']),
      home.run(['sync', 'a', '--proyect', 'x']),
    ])
    expect(refusals.map(({ code, stdout }) => [code, stdout])).toEqual([
      [2, ''],
      [2, ''],
    ])
    expect(refusals[0].stderr).toContain('--id names one run')
    expect(refusals[1].stderr).toContain('Did you mean --project?')
    expect(server.requests).toEqual([])
  })

  it('names a folder of runs, and values that the server would refuse', async () => {
    const folder = record(home.dir, { id: 'first', state: 'finished' })
    const [parent, id] = await Promise.all([home.run(['sync', home.dir]), home.run(['sync', folder, '--id', 'a/b'])])
    expect(parent).toMatchObject({ code: 1, stdout: '' })
    expect(parent.stderr).toContain(`it is a folder of runs, such as ${folder}`)
    expect(id).toMatchObject({ code: 2, stdout: '' })
    expect(id.stderr).toMatch(/^swanlab: [^\n]*\nswanlab: [^\n]*Wrong options for sync: id: takes 1 to 512 [^\n]*\n$/)
  })

  it.runIf(hasTerminals)('shows a bar on a terminal, and takes it away', async () => {
    const folder = record(home.dir, {
      id: 'first',
      losses: Array.from({ length: 30_000 }, (_, at) => at),
      state: 'finished',
    })
    const { code, stdout } = await ending(startOnTerminal(home, ['sync', folder]))
    expect(code).toBe(0)
    expect(stdout).toMatch(/run-20260401_101500-first \[[=-]{30}\] \d+%/)
    // Nothing is changed that Ctrl-C would leave so.
    for (const change of ['\u001B[?7l', '\u001B[?25l']) expect(stdout).not.toContain(change)
    expect(stdout).toContain('\u001B[2Krun-20260401_101500-first: uploaded to')
  })
})
