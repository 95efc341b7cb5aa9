import { appendFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { JournalReader, type JournalRecord } from '@swanlab/core/journal'
import { describeStorage, order, point } from '../../testing/storage-suite.ts'
import { later } from '../../errors.ts'
import { Appender } from './appender.ts'
import { FolderStorage } from './folder-storage.ts'
import { RunFolder } from './run-folder.ts'

describeStorage('a folder', (place, clock) => FolderStorage.open(place, clock))

async function oneRun(): Promise<{ root: string; storage: FolderStorage; cuid: string; dir: string }> {
  const root = mkdtempSync(join(tmpdir(), 'folder-'))
  const storage = await FolderStorage.open(root)
  const project = await storage.createProject('alice', 'cats', 'PRIVATE')
  const { cuid } = (await storage.createRun(project, order)).run
  const home = join(root, 'projects', 'alice', 'cats')
  const dir = join(
    home,
    readdirSync(home).find((name) => name.endsWith(cuid))!,
  )
  return { root, storage, cuid, dir }
}

function recordsIn(dir: string): JournalRecord[] {
  const reader = new JournalReader(join(dir, 'journal.jsonl'))
  return [...reader]
}

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

it('an index that is lost is made again from the journal', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.updateProfile(cuid, { config: { lr: { value: 0.1, sort: 0, desc: 'rate' } }, requirements: 'a==1\n' })
  await storage.appendScalars(cuid, [point('loss', 0, 1), point('loss', 3, 2)])
  await storage.defineColumns(cuid, [{ key: 'img', type: 'IMAGE', class: 'CUSTOM', sectionName: 'Pictures' }])
  await storage.appendLines(cuid, [{ epoch: 4, level: 'INFO', message: 'x', time: 5 }])
  await storage.endRun(cuid, 'ABORTED', 2_000)
  await storage.close()
  rmSync(join(dir, 'run.json'))
  const again = await FolderStorage.open(root)
  expect(again.runByCuid(cuid)).toMatchObject({
    slug: 'mine',
    name: 'swan-1',
    labels: ['a'],
    state: 'ABORTED',
    finishedAt: 2_000,
    empty: false,
    profile: { config: { lr: { value: 0.1, sort: 0 } }, requirements: 'a==1\n' },
  })
  expect(again.lastSteps(cuid)).toMatchObject({ scalar: new Map([['loss', 3]]), line: 4 })
  expect(again.columns(cuid)).toMatchObject([{ key: 'loss' }, { key: 'img', type: 'IMAGE', sectionName: 'Pictures' }])
  await again.close()
  rmSync(root, { recursive: true })
})

it('parts that nobody completed are removed after their addresses have expired', async () => {
  const { root, storage, cuid, dir } = await oneRun()
  await storage.putPart(cuid, 'a'.repeat(21), 1, Readable.from(['part']))
  await storage.close()
  const left = async (days: number): Promise<string[]> => {
    await (await FolderStorage.open(root, () => Date.now() + days * 86_400_000)).close()
    return readdirSync(join(dir, '.uploads'))
  }
  expect(await left(7)).toHaveLength(1)
  expect(await left(9)).toEqual([])
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
  expect((await third.scalars(cuid, undefined)).get('loss')).toEqual([point('loss', 0, 1), point('loss', 2, 3)])
  await third.close()
  rmSync(root, { recursive: true })
})

it('what the disk refuses is declared again with what comes next', async () => {
  class FullDisk extends Appender {
    full = false
    override append(path: string, text: string): Promise<void> {
      return this.full ? Promise.reject(later('full')) : super.append(path, text)
    }
  }
  const { root, storage, cuid } = await oneRun()
  const disk = new FullDisk()
  const folder = await RunFolder.create(join(root, 'run'), storage.runByCuid(cuid)!, false, disk)
  disk.full = true
  await expect(folder.appendScalars([point('loss', 0, 1)], () => undefined)).rejects.toMatchObject({ status: 507 })
  disk.full = false
  await folder.appendScalars([point('loss', 0, 1)], () => undefined)
  expect(recordsIn(join(root, 'run')).map(({ type }) => type)).toEqual(['header', 'column', 'log'])
  await disk.close()
  await storage.close()
  rmSync(root, { recursive: true })
})

it('writes to many runs through few open files, and what comes together goes together', async () => {
  const root = mkdtempSync(join(tmpdir(), 'appender-'))
  const appender = new Appender()
  const names = Array.from({ length: 160 }, (_, at) => join(root, String(at)))
  for (let round = 0; round < 2; round++) await Promise.all(names.map((name) => appender.append(name, `${round}\n`)))
  if (process.platform === 'linux') expect(openFilesIn(root)).toBeLessThanOrEqual(128)
  await Promise.all(Array.from({ length: 1_000 }, (_, at) => appender.append(names[0]!, `${at};`)))
  const expected = `0\n1\n${Array.from({ length: 1_000 }, (_, at) => `${at};`).join('')}`
  expect(readFileSync(names[0]!, 'utf8')).toBe(expected)
  await appender.close()
  rmSync(root, { recursive: true })
})

function openFilesIn(root: string): number {
  const files = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return files.filter((file) => file.startsWith(root)).length
}
