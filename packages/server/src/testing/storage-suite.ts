import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogLine, NewRun, ScalarPoint, Storage, StoredProject } from '../storage/interfaces.ts'

export const order: NewRun = {
  id: 'mine',
  name: 'swan-1',
  description: 'd',
  colors: ['#528d59', '#528d59'],
  labels: ['a'],
  job: 'train',
  cluster: 'g1',
  requestedAt: '2026-11-24T00:25:25.897626Z',
}
export const point = (key: string, index: number, data: number, time = 1_000): ScalarPoint => ({
  key,
  index,
  data,
  time,
})
const line = (epoch: number, message = `line ${epoch}`, level: LogLine['level'] = 'INFO'): LogLine => ({
  epoch,
  level,
  message,
  time: 1_000,
})

/** What every storage must do, wherever it keeps things. */
export function describeStorage(name: string, open: (place: string, clock: () => number) => Promise<Storage>): void {
  describe(name, () => {
    let place: string
    let now: number
    let storage: Storage
    let project: StoredProject
    const reopen = async (): Promise<void> => {
      await storage.close()
      storage = await open(place, () => now)
      project = storage.project('alice', 'cats') ?? project
    }

    beforeEach(async () => {
      now = 1_700_000_000_000
      place = mkdtempSync(join(tmpdir(), 'storage-'))
      storage = await open(place, () => now)
      await storage.createUser('alice')
      project = await storage.createProject('alice', 'cats', 'PRIVATE')
    })
    afterEach(async () => {
      await storage.close()
      rmSync(place, { recursive: true, force: true })
    })

    it('keeps users, keys and sessions; a session ends', async () => {
      const key = await storage.createKey('alice', 'laptop')
      const { sid, expires } = (await storage.openSession(key))!
      expect(expires - now).toBe(60 * 86_400_000)
      await reopen()
      expect(storage.userOfKey(key)).toBe('alice')
      expect(storage.userOfKey(key.slice(1))).toBeUndefined()
      expect(storage.userOfSession(sid)).toBe('alice')
      expect(storage.userOfSession('x')).toBeUndefined()
      expect(storage.keyOfSession(sid)).toBe('laptop')
      expect(storage.keyOfSession('x')).toBeUndefined()
      now = expires
      expect(storage.userOfSession(sid)).toBeUndefined()
      expect(storage.keyOfSession(sid)).toBeUndefined()
      await expect(storage.createUser('alice')).rejects.toMatchObject({ status: 409 })
      await expect(storage.createUser('../x')).rejects.toMatchObject({ status: 400 })
    })

    it('signs with the same secret after a restart', async () => {
      const before = Buffer.from(storage.secret)
      await reopen()
      expect(storage.secret.equals(before)).toBe(true)
    })

    it('keeps projects, and of their series the first definition', async () => {
      expect(await storage.createProject('alice', 'cats', 'PUBLIC')).toEqual(project)
      await storage.defineSeries(project, [{ key: 'a', type: 'FLOAT', xAxis: 'x', hidden: true, sectionName: 's' }])
      await storage.defineSeries(project, [{ key: 'a', type: 'IMAGE', xAxis: 'y' }])
      await reopen()
      expect(project.visibility).toBe('PRIVATE')
      expect([...storage.series(project).values()]).toEqual([
        { key: 'a', type: 'FLOAT', xAxis: 'x', hidden: true, sectionName: 's' },
      ])
    })

    it('makes a run once, however many ask for it at the same time', async () => {
      const made = await Promise.all(
        [order, { ...order, requestedAt: 'later' }, order].map((one) => storage.createRun(project, one)),
      )
      expect(made.map(({ created }) => created)).toEqual([true, false, true])
      expect(new Set(made.map(({ run }) => run.cuid)).size).toBe(1)
      expect(new Set(made.map(({ run }) => run.flagId)).size).toBe(3)
      expect(storage.runs(project)).toHaveLength(1)
      const other = await storage.createProject('alice', 'dogs', 'PRIVATE')
      const { run } = await storage.createRun(other, order)
      expect(run.slug).toBe('mine')
      expect(run.cuid).not.toBe(made[0]!.run.cuid)
      expect(run.cuid).toMatch(/^[a-z0-9]{21}$/)
    })

    it.each(['scalar', 'media', 'line'])('a request that is repeated is no longer new after a %s', async (what) => {
      const { run } = await storage.createRun(project, order)
      if (what === 'scalar') await storage.appendScalars(run.cuid, [point('a', 0, 1)])
      if (what === 'media')
        await storage.appendMedia(run.cuid, [{ key: 'a', index: 0, data: ['text'], more: undefined, time: 1 }])
      if (what === 'line') await storage.appendLines(run.cuid, [line(1)])
      await reopen()
      expect(await storage.createRun(project, order)).toMatchObject({ created: false, run: { cuid: run.cuid } })
    })

    it('keeps what is known of a run', async () => {
      const { run } = await storage.createRun(project, order)
      await storage.updateProfile(run.cuid, { config: { lr: { value: 1, sort: 0, desc: 'rate' } } })
      await storage.updateProfile(run.cuid, { metadata: { git: 'x', cpu: 8 }, requirements: 'a==1\n', conda: 'c' })
      await storage.updateProfile(run.cuid, {
        config: { bs: { value: 2, sort: 0, desc: '' } },
        metadata: { git: null },
      })
      await storage.endRun(run.cuid, 'CRASHED', 1_700_000_005_000)
      await reopen()
      expect(storage.runByCuid(run.cuid)).toMatchObject({
        labels: ['a'],
        job: 'train',
        cluster: 'g1',
        state: 'CRASHED',
        finishedAt: 1_700_000_005_000,
        profile: {
          config: { bs: { value: 2, sort: 0, desc: '' } },
          metadata: { git: 'x', cpu: 8 },
          requirements: 'a==1\n',
          conda: 'c',
        },
      })
      const { run: again } = await storage.createRun(project, { ...order, name: 'other', requestedAt: undefined })
      expect(again).toMatchObject({ name: 'swan-1', state: 'RUNNING', finishedAt: undefined })
    })

    it('a point or a line that comes again replaces the one before, and counts once', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      const batch = [point('a', 0, 1), point('b', 0, 2), point('a', 5, Number.NaN), point('a', 2, -Infinity)]
      for (let times = 0; times < 3; times++) await storage.appendScalars(cuid, batch)
      await storage.appendScalars(cuid, [point('a', 0, 9, 2_000)])
      await storage.appendLines(cuid, [line(2), line(1, 'x', 'ERROR'), line(2)])
      await storage.appendLines(cuid, [line(2, 'changed', 'WARN')])
      await reopen()
      const read = await storage.scalars(cuid, undefined)
      expect(Object.fromEntries(Array.from(read, ([key, series]) => [key, [...series]]))).toEqual({
        a: [point('a', 0, 9, 2_000), point('a', 2, -Infinity), point('a', 5, Number.NaN)],
        b: [point('b', 0, 2)],
      })
      expect([...(await storage.scalars(cuid, new Set(['b']))).keys()]).toEqual(['b'])
      expect(await storage.lines(cuid)).toEqual([line(1, 'x', 'ERROR'), line(2, 'changed', 'WARN')])
      const { scalar, line: last } = storage.lastSteps(cuid)
      expect([...scalar]).toEqual([
        ['a', 5],
        ['b', 0],
      ])
      expect(last).toBe(2)
    })

    it('columns may come before or after their values, and are not defined anew', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      await storage.appendScalars(cuid, [point('__swanlab__.cpu', 0, 1), point('loss', 0, 1)])
      await storage.defineColumns(cuid, [
        { key: '__swanlab__.cpu', type: 'FLOAT', class: 'SYSTEM', name: 'CPU', sectionName: 'Machine' },
        { key: 'img', type: 'IMAGE', class: 'CUSTOM' },
      ])
      await storage.defineColumns(cuid, [{ key: '__swanlab__.cpu', type: 'FLOAT', class: 'SYSTEM', name: 'other' }])
      await reopen()
      expect(storage.columns(cuid)).toMatchObject([
        { key: '__swanlab__.cpu', type: 'FLOAT', class: 'SYSTEM', name: 'CPU', sectionName: 'Machine' },
        { key: 'loss', type: 'FLOAT', class: 'CUSTOM' },
        { key: 'img', type: 'IMAGE', class: 'CUSTOM' },
      ])
    })

    it('keeps media', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      const more = [{ caption: 'c' }, null]
      const media = { key: 'img', index: 3, data: ['media/image/a.png', 'media/image/b.png'], more, time: 5 }
      await storage.appendMedia(cuid, [media, { ...media, key: 'note', data: ['short text'], more: undefined }])
      await reopen()
      expect((await storage.media(cuid, new Set(['img']))).get('img')).toEqual([media])
      expect([...storage.lastSteps(cuid).media.keys()]).toEqual(['img', 'note'])
    })

    it('keeps files, wherever their names lead', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      const put = (path: string, content = path): Promise<string | undefined> =>
        storage.put(cuid, path, Readable.from([content]))
      const long = `${encodeURIComponent('损失'.repeat(60))}/image-step0-d6325bd24a66141e.png`
      const names = ['media/image/a.png', 'a%2Fb/c.png', 'files/x/y.txt', long]
      for (const path of names) expect(await put(path), path).toMatch(/^[0-9a-f]{32}$/)
      await put('media/image/a.png', 'second')
      for (const path of ['../a', '/etc/a', 'media/../../a', 'a\0b', 'files/x', 'files/x/y.txt/z', ''])
        expect(await put(path), path).toBeUndefined()
      await reopen()
      expect(await text((await storage.get(cuid, 'media/image/a.png'))!)).toBe('second')
      for (const path of names.slice(1)) expect(await text((await storage.get(cuid, path))!), path).toBe(path)
      expect(await storage.get(cuid, 'media/none.png')).toBeUndefined()
      await storage.appendMedia(cuid, [{ key: 'k', index: 0, data: [long], more: undefined, time: 1 }])
      const [named] = (await storage.media(cuid, new Set(['k']))).get('k')![0]!.data
      expect(await text((await storage.get(cuid, named!))!)).toBe(long)
    })

    it('makes one file of its parts, when they are all there', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      const upload = 'a'.repeat(21)
      const part = (number: number): Promise<string> =>
        storage.putPart(cuid, upload, number, Readable.from([`${number};`]))
      expect(await part(2)).toMatch(/^[0-9a-f]{32}$/)
      expect(await storage.joinParts(cuid, upload, 'files/big', [1, 2])).toBe(false)
      expect(await storage.partsSize(cuid, upload, 1)).toBe(2)
      expect(await storage.partsSize(cuid, upload, 2)).toBe(0)
      await part(1)
      expect(await storage.joinParts(cuid, upload, 'files/big', [1, 2])).toBe(true)
      expect(await text((await storage.get(cuid, 'files/big'))!)).toBe('1;2;')
    })

    it('keeps nothing of what ends with an error', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      const cut = async function* (): AsyncGenerator<string> {
        yield 'half'
        throw new Error('cut')
      }
      await expect(storage.put(cuid, 'media/cut', Readable.from(cut()))).rejects.toThrow('cut')
      await expect(storage.putPart(cuid, 'a'.repeat(21), 1, Readable.from(cut()))).rejects.toThrow('cut')
      expect(await storage.get(cuid, 'media/cut')).toBeUndefined()
      expect(await storage.partsSize(cuid, 'a'.repeat(21), 0)).toBe(0)
    })

    it('remembers that a run was deleted', async () => {
      const { cuid } = (await storage.createRun(project, order)).run
      await storage.appendScalars(cuid, [point('a', 0, 1)])
      await storage.deleteRun(cuid)
      await reopen()
      expect(storage.runByCuid(cuid)).toBeUndefined()
      expect(storage.wasDeleted(cuid)).toBe(true)
      expect(storage.wasDeleted('b'.repeat(21))).toBe(false)
      expect([cuid, 'mine', 'other'].map((id) => storage.hasDeleted(project, id))).toEqual([true, true, false])
      await expect(storage.createRun(project, order)).rejects.toMatchObject({
        status: 404,
        reason: 'Disabled Resource',
      })
      await storage.deleteProject(project)
      expect(storage.projects('alice')).toEqual([])
      expect((await storage.createProject('alice', 'cats', 'PUBLIC')).cuid).not.toBe(project.cuid)
    })
  })
}
