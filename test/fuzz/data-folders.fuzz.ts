import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkFolder, createServer, type TrackingServer } from '@swanlab/server'
import { Client, setUp } from '../../packages/server/src/testing/client.ts'
import { damaged, damages, type Damage } from './damage.ts'
import { tries } from './runs.ts'

const base = mkdtempSync(join(tmpdir(), 'fuzz-folders-'))
const PROJECTS = ['cats', 'dogs']
const RUNS = ['one', 'two']
const ROWS = 20
let sound: string
let sid: string
const runs: { project: string; cuid: string }[] = []
/** Files of the folder, relative to it. */
let files: string[]
let count = 0

beforeAll(async () => {
  const { server, dataDir, alice, bob } = await setUp()
  for (const project of PROJECTS) {
    await alice.call('POST', '/projects/alice', {
      name: project,
      visibility: project === 'cats' ? 'PUBLIC' : 'PRIVATE',
    })
    for (const run of RUNS) {
      const made = await alice.call('POST', `/project/alice/${project}/experiment`, { name: run, cuid: run })
      const { cuid } = made.body as { cuid: string }
      runs.push({ project, cuid })
      const metrics = Array.from({ length: ROWS }, (_, index) => ({ key: 'loss', index, data: index }))
      await alice.call('POST', '/house/metrics', { type: 'scalar', experimentId: cuid, metrics })
      await alice.call('PUT', `/project/alice/${project}/runs/${cuid}/profile`, {
        config: { lr: { value: 1, sort: 0, desc: '' } },
      })
    }
  }
  await alice.call('PUT', `/project/alice/cats/runs/${runs[0]!.cuid}/state`, { state: 'FINISHED' })
  await bob.call('POST', '/projects/bob', { name: 'mine' })
  sid = alice.sid
  await server.close()
  sound = dataDir
  files = (readdirSync(dataDir, { recursive: true }) as string[]).filter((name) =>
    statSync(join(dataDir, name)).isFile(),
  )
})
afterAll(() => {
  rmSync(base, { recursive: true, force: true })
  rmSync(sound, { recursive: true, force: true })
})

type Blow = (path: string) => void
const blow: fc.Arbitrary<Blow> = fc.oneof(
  {
    weight: 6,
    arbitrary: damages.map((list: Damage[]): Blow =>
      Object.assign((path: string) => writeFileSync(path, damaged(readFileSync(path), list)), {
        [fc.toStringMethod]: () => list.map(({ what }) => what).join('; '),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Blow>(
      function isGone(path) {
        rmSync(path)
      },
      function isEmpty(path) {
        writeFileSync(path, '')
      },
      function isFolder(path) {
        rmSync(path)
        mkdirSync(path)
      },
      function isCircle(path) {
        rmSync(path)
        symlinkSync(basename(path), path)
      },
      function isDangling(path) {
        rmSync(path)
        symlinkSync('/nonexistent/x', path)
      },
      function isNull(path) {
        writeFileSync(path, 'null')
      },
      function isText(path) {
        writeFileSync(path, '"x"')
      },
      function isList(path) {
        writeFileSync(path, '[null]')
      },
      function folderIsGone(path) {
        rmSync(path.includes('/projects/') ? dirname(path) : path, { recursive: true })
      },
    ),
  },
)

/** A file's bytes; absent when there is none to be read. */
function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

const places = fc.array(fc.tuple(fc.noBias(fc.nat(1_000_000)), blow), { minLength: 1, maxLength: 3 })

test('a server starts beside what is damaged and leaves it as it is, or says why it does not start', async () => {
  await fc.assert(
    fc.asyncProperty(places, async (list) => {
      const dataDir = join(base, String(count++))
      cpSync(sound, dataDir, { recursive: true })
      for (const [at, strike] of list) {
        const path = join(dataDir, files[at % files.length]!)
        if (bytesOf(path) !== undefined) strike(path)
      }
      const hit = new Set(files.filter((name) => !bytesOf(join(dataDir, name))?.equals(bytesOf(join(sound, name))!)))
      const { damages: known, notes } = await checkFolder(dataDir)
      for (const { path } of [...known, ...notes]) expect(path).toContain(dataDir)
      const before = new Map(known.map(({ path }) => [path, bytesOf(path)]))
      const told: string[] = []
      const report = (level: string, message: string): void => void (level !== 'info' && told.push(message))
      let server: TrackingServer
      try {
        server = await createServer({ dataDir, port: 0, report, limits: { laterDelay: 0 } })
      } catch (error) {
        expect(String(error)).toContain(dataDir)
        expect(known.length).toBeGreaterThan(0)
        rmSync(dataDir, { recursive: true, force: true })
        return
      }
      try {
        const alice = new Client(server.url)
        alice.sid = sid
        const isIn = (await alice.call('GET', '/user/profile')).status === 200
        if (!isIn) expect([...hit, ...known.map(({ path }) => path)].join()).toMatch(/users|sessions|secret/)
        for (const { project, cuid } of runs) {
          const journal = files.find((file) => file.includes(cuid) && file.endsWith('journal.jsonl'))!
          const run = await alice.call('GET', `/project/alice/${project}/runs/${cuid}`)
          const metrics = [{ key: 'loss', index: ROWS, data: 1 }]
          const taken = await alice.call('POST', '/house/metrics', { type: 'scalar', experimentId: cuid, metrics })
          for (const { status } of [run, taken])
            if (status >= 500 && status !== 507) throw new Error(`${status}: ${told.join('\n')}`)
          // A run whose folder is gone was removed by the server's keeper.
          if (!isIn || !existsSync(dirname(join(dataDir, journal)))) continue
          if (taken.status === 200) {
            const { length } = [...((await server.storage.scalars(cuid, undefined)).get('loss') ?? [])]
            if (!hit.has(journal)) expect(length).toBe(ROWS + 1)
            else if (length <= ROWS) expect(`${known.length + notes.length} ${told.join()}`).not.toBe('0 ')
          } else
            expect([
              taken.status,
              known.length > 0 || hit.has(journal) || bytesOf(join(dataDir, journal)) === undefined,
            ]).toEqual([taken.status, true])
        }
        // Another project and run can be made whatever is damaged.
        if (isIn) expect([201, 507]).toContain((await alice.call('POST', '/projects/alice', { name: 'new' })).status)
      } finally {
        await server.close()
      }
      for (const [path, bytes] of before)
        if (bytes !== undefined && bytes.length > 0)
          expect(bytesOf(path)?.subarray(0, bytes.length), path).toEqual(bytes)
      await checkFolder(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    }),
    tries,
  )
})
