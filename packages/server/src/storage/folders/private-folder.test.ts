import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createKey } from '../../administration.ts'
import { order, point } from '../../testing/storage-suite.ts'
import { FolderStorage } from './folder-storage.ts'

/** What others than its owner may do something with: the folder, and what is in it. */
function open(root: string): string[] {
  const all = ['', ...(readdirSync(root, { recursive: true }) as string[])].map((name) => join(root, name))
  return all.filter((path) => (statSync(path).mode & 0o077) !== 0)
}

async function fill(root: string): Promise<void> {
  const storage = await FolderStorage.open(root)
  await storage.createUser('alice')
  await storage.openSession(await storage.createKey('alice'))
  const project = await storage.createProject('alice', 'cats', 'PRIVATE')
  const { cuid } = (await storage.createRun(project, { ...order, id: undefined })).run
  await storage.appendScalars(cuid, [point('loss', 0, 1)])
  await storage.put(cuid, 'media/image/a.png', Readable.from(['a']))
  await storage.putPart(cuid, 'a'.repeat(21), 1, Readable.from(['part']))
  await storage.joinParts(cuid, 'a'.repeat(21), 'files/deep/er', [1])
  await storage.putPart(cuid, 'b'.repeat(21), 1, Readable.from(['part']))
  await storage.close()
}

describe.runIf(process.platform !== 'win32')('what the server keeps', () => {
  it('is for its owner alone, whatever the umask', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'private-'))
    const root = join(parent, 'data')
    const before = process.umask(0)
    try {
      await fill(root)
    } finally {
      process.umask(before)
    }
    expect(open(root)).toEqual([])
    rmSync(parent, { recursive: true })
  })

  it('that an older server left open is made private at the start, also behind links', async () => {
    const root = mkdtempSync(join(tmpdir(), 'private-'))
    const elsewhere = mkdtempSync(join(tmpdir(), 'private-'))
    await fill(root)
    await fill(elsewhere)
    symlinkSync(join(elsewhere, 'projects/alice/cats'), join(root, 'projects/alice/linked'))
    for (const folder of [root, elsewhere])
      for (const name of ['', ...(readdirSync(folder, { recursive: true }) as string[])]) {
        const path = join(folder, name)
        chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644)
      }
    await (await FolderStorage.open(root)).close()
    expect(open(root)).toEqual([])
    expect(open(join(elsewhere, 'projects/alice/cats'))).toEqual([])
    for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true })
  })

  it('is closed in a folder that holds more, and nothing else of that', async () => {
    const root = mkdtempSync(join(tmpdir(), 'private-'))
    const mine = join(root, 'mine.txt')
    writeFileSync(mine, '')
    chmodSync(mine, 0o644)
    chmodSync(root, 0o755)
    await fill(root)
    expect(open(root)).toEqual([join(root, ''), mine])
    rmSync(root, { recursive: true })
  })

  it.runIf(process.getuid?.() === 0)(
    'belongs to whoever the folder belongs to, also what root adds to it',
    async () => {
      const root = mkdtempSync(join(tmpdir(), 'private-'))
      await fill(root)
      chownSync(root, 1_234, 1_234)
      await createKey(root, 'alice')
      const { uid, gid } = statSync(join(root, 'users.json'))
      expect([uid, gid]).toEqual([1_234, 1_234])
      rmSync(root, { recursive: true })
    },
  )
})

it('is kept out of version control, unless the folder is used for more', async () => {
  const [own, shared] = [mkdtempSync(join(tmpdir(), 'own-')), mkdtempSync(join(tmpdir(), 'shared-'))]
  writeFileSync(join(shared, 'notes.txt'), '')
  for (const root of [own, shared]) await fill(root)
  expect(readFileSync(join(own, '.gitignore'), 'utf8')).toBe('*\n')
  expect(readdirSync(shared)).not.toContain('.gitignore')
  for (const root of [own, shared]) rmSync(root, { recursive: true })
})
