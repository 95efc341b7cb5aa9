import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { oneRun } from '../../testing/one-run.ts'
import { order, point } from '../../testing/storage-suite.ts'
import { FolderStorage } from './folder-storage.ts'

/** Everything that the API accepts of a run, and what it answers then. */
async function everything(storage: FolderStorage, cuid: string): Promise<object> {
  const project = storage.project('alice', 'cats')!
  await storage.defineSeries(project, [
    { key: 'loss', type: 'FLOAT', sectionName: 'Losses', xAxis: 'epoch', hidden: true },
  ])
  await storage.updateProfile(cuid, { config: { lr: { value: 0.1, sort: 4, desc: 'rate' } }, requirements: 'a==1\n' })
  await storage.updateProfile(cuid, { conda: 'name: base' })
  await storage.updateProfile(cuid, { metadata: { git: 'x' } })
  await storage.appendScalars(cuid, [point('loss', 0, 1), point('loss', 3, 2)])
  await storage.defineColumns(cuid, [
    { key: 'img', type: 'IMAGE', class: 'CUSTOM', name: 'Cats', sectionName: 'Pictures' },
    { key: 'cpu', type: 'SYSTEM', class: 'SYSTEM', name: 'CPU' },
    { key: 'odd', type: 'STRANGE', class: 'CUSTOM' },
  ])
  await storage.appendLines(cuid, [{ epoch: 4, level: 'INFO', message: 'x', time: 5 }])
  await storage.endRun(cuid, 'ABORTED', 2_000)
  return answers(storage, cuid)
}

function answers(storage: FolderStorage, cuid: string): object {
  const run = { ...storage.runByCuid(cuid)!, flagId: '', heartbeatAt: undefined }
  const { scalar, media, line } = storage.lastSteps(cuid)
  const series = [...storage.series(storage.project('alice', 'cats')!).values()]
  return { run, columns: storage.columns(cuid), scalar, media, line, series }
}

it.each([
  ['lost', (path: string) => rmSync(path)],
  ['damaged', (path: string) => writeFileSync(path, '{"run":{"slug":"mine"},"size":1}')],
  ['half written', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 300))],
  ['a folder, and cannot be written', (path: string) => (rmSync(path), mkdirSync(path))],
  ['of another journal', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"size": /, '$&9'))],
])('an index that is %s is made again from the journal, and nothing of it is missing', async (_how, lose) => {
  const { root, storage, cuid, dir } = await oneRun()
  const before = await everything(storage, cuid)
  expect(before).toMatchObject({
    run: {
      job: 'train',
      cluster: 'g1',
      requestedAt: order.requestedAt,
      profile: { config: { lr: { value: 0.1, sort: 4, desc: 'rate' } }, conda: 'name: base', metadata: { git: 'x' } },
    },
    columns: [
      { key: 'loss', type: 'FLOAT', sectionName: 'Losses' },
      { key: 'img', name: 'Cats', sectionName: 'Pictures' },
      { key: 'cpu', class: 'SYSTEM' },
      { key: 'odd', type: 'STRANGE' },
    ],
  })
  await storage.close()
  lose(join(dir, 'run.json'))
  const again = await FolderStorage.open(root)
  expect(answers(again, cuid)).toEqual(before)
  await again.close()
  rmSync(root, { recursive: true })
})

it('an index that is older than the journal is brought up to date', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.appendScalars(cuid, [point('loss', 0, 1)])
  await storage.close()
  const old = readFileSync(join(dir, 'run.json'))
  const second = await FolderStorage.open(root)
  const before = await everything(second, cuid)
  await second.close()
  writeFileSync(join(dir, 'run.json'), old)
  const third = await FolderStorage.open(root)
  expect(answers(third, cuid)).toEqual(before)
  await third.close()
  rmSync(root, { recursive: true })
})

it('a project whose file is lost has its runs still, for its owner alone', async () => {
  const { root, storage, cuid } = await oneRun()
  await storage.close()
  rmSync(join(root, 'projects', 'alice', 'cats', 'project.json'))
  const again = await FolderStorage.open(root)
  const project = again.project('alice', 'cats')!
  expect(project).toMatchObject({ workspace: 'alice', name: 'cats', visibility: 'PRIVATE' })
  expect(again.runs(project).map((run) => run.cuid)).toEqual([cuid])
  await again.close()
  const third = await FolderStorage.open(root)
  expect(third.project('alice', 'cats')).toEqual(project)
  await third.close()
  rmSync(root, { recursive: true })
})

it('a project may be called as folders of deleted ones are, and what was deleted stays so', async () => {
  const { root, storage, cuid } = await oneRun()
  await storage.createProject('alice', 'cats.1.deleted', 'PRIVATE')
  await storage.createProject('alice', '.hidden+', 'PRIVATE')
  await storage.deleteProject(storage.project('alice', 'cats')!)
  await storage.close()
  const again = await FolderStorage.open(root)
  expect(
    again
      .projects('alice')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['.hidden+', 'cats.1.deleted'])
  expect(again.runByCuid(cuid)).toBeUndefined()
  expect(again.wasDeleted(cuid)).toBe(true)
  await again.close()
  rmSync(root, { recursive: true })
})

it('what a killed server began, the next one ends: deleting, writing', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.appendScalars(cuid, [point('loss', 0, 1)])
  await storage.deleteRun(cuid)
  await storage.close()
  // It died between noting that the run is gone and moving it away.
  renameSync(`${dir}.deleted`, dir)
  const home = join(dir, '..')
  const left = [join(home, 'project.json.0123456789ab.tmp'), join(home, 'project.json.tmp')]
  for (const path of left) writeFileSync(path, '{')
  const again = await FolderStorage.open(root)
  expect(again.runByCuid(cuid)).toBeUndefined()
  expect(again.hasDeleted(again.project('alice', 'cats')!, 'mine')).toBe(true)
  expect(existsSync(dir)).toBe(false)
  const { run } = await again.createRun(again.project('alice', 'cats')!, { ...order, id: 'next' })
  await again.put(run.cuid, 'media/a.png', Readable.from(['a']))
  await again.close()
  const folder = join(
    home,
    readdirSync(home).find((name) => name.endsWith(run.cuid))!,
  )
  writeFileSync(join(folder, '.uploads', 'half.tmp'), 'half')
  mkdirSync(join(folder, 'files'), { recursive: true })
  const half = join(folder, 'files', '.config.yaml.0123456789ab.tmp')
  writeFileSync(half, 'half')
  await (await FolderStorage.open(root)).close()
  expect(existsSync(join(folder, '.uploads'))).toBe(false)
  expect(existsSync(half)).toBe(false)
  expect(left.some((path) => existsSync(path))).toBe(false)
  rmSync(root, { recursive: true })
})

it('killed at any byte of a write, it has what was whole, and goes on behind it', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  const path = join(dir, 'journal.jsonl')
  await storage.appendScalars(cuid, [point('loss', 0, 1)])
  const acknowledged = readFileSync(path).length
  await storage.appendScalars(cuid, [point('loss', 1, 2), point('äcc', 1, 3)])
  await storage.appendLines(cuid, [{ epoch: 1, level: 'INFO', message: 'a line', time: 5 }])
  await storage.close()
  const journal = readFileSync(path)
  for (let length = acknowledged; length < journal.length; length++) {
    writeFileSync(path, journal.subarray(0, length))
    rmSync(join(dir, 'run.json'), { force: true })
    const again = await FolderStorage.open(root)
    await again.appendScalars(cuid, [point('loss', 9, 9)])
    const points = (await again.scalars(cuid, undefined)).get('loss')!
    const whole = journal.subarray(0, length).includes('"step":1,"time":1000,"data":{"loss":2,"äcc":3}}')
    expect(
      Array.from(points, ({ index }) => index),
      `${length} bytes`,
    ).toEqual(whole ? [0, 1, 9] : [0, 9])
    expect(again.lastSteps(cuid).scalar.get('loss')).toBe(9)
    await again.close()
  }
  rmSync(root, { recursive: true })
})

it('a last line that lacks only its break counts', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.close()
  appendFileSync(join(dir, 'journal.jsonl'), '{"type":"log","step":7,"time":1,"data":{"loss":1}}')
  const again = await FolderStorage.open(root)
  expect(again.lastSteps(cuid).scalar).toEqual(new Map([['loss', 7]]))
  expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toMatch(/\}\n$/)
  await again.close()
  rmSync(root, { recursive: true })
})

it('a secret that was lost half way is not half a secret', async () => {
  const root = mkdtempSync(join(tmpdir(), 'secret-'))
  writeFileSync(join(root, 'secret'), '')
  const storage = await FolderStorage.open(root)
  expect(storage.secret).toHaveLength(32)
  await storage.close()
  rmSync(join(root, 'secret'))
  mkdirSync(join(root, 'secret'))
  await expect(FolderStorage.open(root)).rejects.toMatchObject({ code: 'EISDIR' })
  rmSync(root, { recursive: true })
})

it('half a line, left by a server that died, costs itself and not what comes next', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.appendScalars(cuid, [point('loss', 0, 1)])
  await storage.close()
  appendFileSync(join(dir, 'journal.jsonl'), '{"type":"log","step":1,"time":1,"data":{"lo')
  const second = await FolderStorage.open(root)
  await second.appendScalars(cuid, [point('loss', 2, 3)])
  await second.close()
  const third = await FolderStorage.open(root)
  expect([...(await third.scalars(cuid, undefined)).get('loss')!]).toEqual([point('loss', 0, 1), point('loss', 2, 3)])
  await third.close()
  rmSync(root, { recursive: true })
})

it('a run that is being made while its project is deleted does not bring the project back', async () => {
  const { root, storage } = await oneRun()
  const project = storage.project('alice', 'cats')!
  const deleted = storage.deleteProject(project)
  const made = storage.createRun(project, { ...order, id: 'late' }).catch((error: unknown) => error)
  await Promise.all([deleted, made])
  await storage.close()
  const again = await FolderStorage.open(root)
  expect(again.projects('alice')).toEqual([])
  await again.close()
  rmSync(root, { recursive: true })
})
