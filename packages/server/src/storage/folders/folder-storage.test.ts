import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { later } from '../../errors.ts'
import { oneRun, recordsIn } from '../../testing/one-run.ts'
import { describeStorage, order, point } from '../../testing/storage-suite.ts'
import { Appender } from './appender.ts'
import { FolderStorage } from './folder-storage.ts'
import { RunFolder } from './run-folder.ts'

describeStorage('a folder', (place, clock) => FolderStorage.open(place, clock))

it('a run is a journal as local mode writes it', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  expect(dir).toMatch(/run-\d{8}_\d{6}-[a-z0-9]{21}$/)
  await storage.updateProfile(cuid, { config: { lr: { value: 0.1, sort: 0, desc: '' } } })
  await storage.appendScalars(cuid, [point('loss', 0, 1), point('acc', 0, 2), point('loss', 1, Number.NaN)])
  await storage.appendLines(cuid, [{ epoch: 1, level: 'ERROR', message: 'diverged', time: 5 }])
  await storage.endRun(cuid, 'CRASHED', 2_000)
  expect(recordsIn(dir).map(({ type }) => type)).toEqual([
    'header',
    'config',
    'column',
    'column',
    'log',
    'log',
    'console',
    'finish',
  ])
  expect(recordsIn(dir)).toMatchObject([
    { format: 1, run: { id: 'mine', project: 'cats', workspace: 'alice', experimentName: 'swan-1' } },
    { config: { lr: 0.1 } },
    { key: 'loss', index: 0, kind: 'scalar', section: 'default' },
    { key: 'acc', index: 1 },
    { step: 0, data: { loss: 1, acc: 2 } },
    { step: 1, data: { loss: Number.NaN } },
    { line: 1, level: 'error', text: 'diverged' },
    { state: 'crashed', error: { message: 'diverged' }, steps: 2, lastStep: 1 },
  ])
  expect(readFileSync(join(dir, 'files', 'config.yaml'), 'utf8')).toContain('lr:')
  await storage.close()
  rmSync(root, { recursive: true })
})

it('a run and its project can be deleted at the same moment', async () => {
  const root = mkdtempSync(join(tmpdir(), 'folder-'))
  const storage = await FolderStorage.open(root)
  for (let round = 0; round < 20; round++) {
    const project = await storage.createProject('alice', 'cats', 'PRIVATE')
    const { cuid } = (await storage.createRun(project, order)).run
    await Promise.all([storage.deleteRun(cuid), storage.deleteProject(project)])
    expect(storage.wasDeleted(cuid)).toBe(true)
    expect(storage.project('alice', 'cats')).toBeUndefined()
  }
  await storage.close()
  rmSync(root, { recursive: true })
})

it('parts that nobody completed are removed after their addresses have expired', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.putPart(cuid, 'a'.repeat(21), 1, Readable.from(['part']))
  await storage.close()
  const left = async (days: number): Promise<string[]> => {
    await (await FolderStorage.open(root, () => Date.now() + days * 86_400_000)).close()
    return existsSync(join(dir, '.uploads')) ? readdirSync(join(dir, '.uploads')) : []
  }
  expect(await left(7)).toEqual(['a'.repeat(21)])
  expect(await left(9)).toEqual([])
  rmSync(root, { recursive: true })
})

it('removes expired parts while it runs, without touching uploads that are under way', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.close()
  let now = Date.now()
  const running = await FolderStorage.open(root, () => now)
  await running.putPart(cuid, 'a'.repeat(21), 1, Readable.from(['part']))
  const content = new PassThrough()
  const put = running.put(cuid, 'media/slow.bin', content)
  content.write('first ')
  await expect.poll(() => readdirSync(join(dir, '.uploads'))).toHaveLength(2)
  await running.forgetParts()
  expect(readdirSync(join(dir, '.uploads'))).toHaveLength(2)
  now += 9 * 86_400_000
  await running.forgetParts()
  expect(readdirSync(join(dir, '.uploads'))).toEqual([expect.stringMatching(/\.tmp$/)])
  content.end('second')
  expect(await put).toMatch(/^[0-9a-f]{32}$/)
  expect(readFileSync(join(dir, 'media', 'slow.bin'), 'utf8')).toBe('first second')
  await running.close()
  rmSync(root, { recursive: true })
})

class FullDisk extends Appender {
  full = false
  override append(path: string, text: string): Promise<void> {
    return this.full ? Promise.reject(later('full')) : super.append(path, text)
  }
}

it('what the disk refuses is declared again with what comes next, and is not promised to anybody', async () => {
  const { root, storage, cuid } = await oneRun()
  const disk = new FullDisk()
  const folder = await RunFolder.create(join(root, 'run'), storage.runByCuid(cuid)!, false, disk)
  const refused = { status: 507 }
  const lines = [{ epoch: 3, level: 'INFO', message: 'x', time: 1 } as const]
  disk.full = true
  await expect(folder.log.appendScalars([point('loss', 0, 1)], () => undefined)).rejects.toMatchObject(refused)
  await expect(folder.log.appendLines(lines)).rejects.toMatchObject(refused)
  for (let time = 0; time < 2; time++) await expect(folder.end('FINISHED', 5)).rejects.toMatchObject(refused)
  await expect(folder.updateProfile({ requirements: 'a' }, 1)).rejects.toMatchObject(refused)
  await expect(folder.defineColumns([{ key: 'img', type: 'IMAGE', class: 'CUSTOM' }], 1)).rejects.toMatchObject(refused)
  expect(folder.run).toMatchObject({ state: 'RUNNING', empty: true, profile: {} })
  expect(folder.run.profile.requirements).toBeUndefined()
  expect(folder.columns).toEqual([])
  expect(folder.lastSteps).toMatchObject({ scalar: new Map(), line: 0 })
  disk.full = false
  await folder.log.appendScalars([point('loss', 0, 1)], () => undefined)
  await folder.end('FINISHED', 5)
  expect(recordsIn(join(root, 'run')).map(({ type }) => type)).toEqual(['header', 'column', 'log', 'finish'])
  await disk.close()
  await storage.close()
  rmSync(root, { recursive: true })
})

it('concurrent updates of a run are all kept', async () => {
  const { root, storage, cuid } = await oneRun()
  await Promise.all(['a', 'b', 'c'].map((name) => storage.updateProfile(cuid, { metadata: { [name]: 1 } })))
  await storage.close()
  const again = await FolderStorage.open(root)
  expect(again.runByCuid(cuid)?.profile.metadata).toEqual({ a: 1, b: 1, c: 1 })
  await again.close()
  rmSync(root, { recursive: true })
})

it('a step with more keys than a line may hold is read back whole', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  const points = Array.from({ length: 12_000 }, (_, at) => point(`k${at}`, 0, at))
  await storage.appendScalars(cuid, points)
  expect(recordsIn(dir).filter(({ type }) => type === 'log')).toHaveLength(3)
  expect((await storage.scalars(cuid, undefined)).size).toBe(12_000)
  await storage.close()
  rmSync(root, { recursive: true })
})
