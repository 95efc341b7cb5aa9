import { execFileSync } from 'node:child_process'
import {
  chownSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryPaths } from '../format/testing/folder.ts'
import { readIfRegular } from '@swanlab/core/internal'
import { appendWithin, openWithin, readOwnFile, readWithin, replaceWithin } from './safe-open.ts'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const paths = temporaryPaths('run')

/** A folder with a file and, beside it, one that is nobody's business. */
function runFolder(): { dir: string; secret: string } {
  const dir = paths()
  mkdirSync(join(dir, 'media', 'image'), { recursive: true })
  writeFileSync(join(dir, 'journal.jsonl'), 'rows')
  writeFileSync(join(dir, 'media', 'image', 'cat.png'), 'pixels')
  const secret = `${dir}-secret`
  writeFileSync(secret, 'secret')
  return { dir, secret }
}

describe('opening within a folder', () => {
  test('reads regular files, however deep', () => {
    const { dir } = runFolder()
    expect(String(readWithin(dir, 'journal.jsonl'))).toBe('rows')
    expect(String(readWithin(dir, 'media/image/cat.png', 'own'))).toBe('pixels')
  })

  test('a missing file is reported by the name that its user knows', () => {
    const { dir } = runFolder()
    const path = join(dir, 'media/image/dog.png')
    expect(() => readWithin(dir, 'media/image/dog.png')).toThrow(
      expect.objectContaining({ code: 'ENOENT', path, message: `ENOENT: open '${path}'` }),
    )
    expect(() => readWithin(join(dir, 'none'), 'x')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  test('no link is followed, neither of a file nor of a folder above it', () => {
    const { dir, secret } = runFolder()
    symlinkSync(secret, join(dir, 'media', 'image', 'link.png'))
    symlinkSync(join(dir, '..'), join(dir, 'media', 'audio'))
    symlinkSync(dir, `${dir}-link`)
    for (const [folder, name] of [
      [dir, 'media/image/link.png'],
      [dir, `media/audio/${secret.split('/').at(-1)}`],
      [`${dir}-link`, 'journal.jsonl'],
    ] as const)
      expect(() => readWithin(folder, name)).toThrow(/is a symbolic link; it is left alone/)
  })

  test.each(['../x', 'media/../journal.jsonl', '/etc/passwd', '', 'media//image', '.', 'media/image/'])(
    '%j is no path within a folder',
    (name) => {
      expect(() => readWithin(runFolder().dir, name)).toThrow(/no path within its folder/)
    },
  )

  test('a FIFO, a folder and a device are refused at once', () => {
    const { dir } = runFolder()
    execFileSync('mkfifo', [join(dir, 'fifo')])
    expect(() => readWithin(dir, 'fifo')).toThrow(/is no regular file/)
    expect(() => appendWithin(dir, 'fifo', 'x')).toThrow(/is no regular file/)
    expect(() => readWithin(dir, 'media')).toThrow(/is no regular file/)
    expect(() => readWithin('/dev', 'null')).toThrow(/is no regular file/)
  })

  test('a file larger than was asked for is refused', () => {
    expect(() => readWithin(runFolder().dir, 'journal.jsonl', 'any', 3)).toThrow(/larger than 3 bytes/)
  })

  test.runIf(isRoot)('where the owner matters, others own neither the file nor a folder above it', () => {
    const { dir } = runFolder()
    chownSync(join(dir, 'journal.jsonl'), NOBODY, NOBODY)
    chownSync(join(dir, 'media'), NOBODY, NOBODY)
    for (const name of ['journal.jsonl', 'media/image/cat.png']) {
      expect(() => openWithin(dir, name, { owner: 'own' })).toThrow(/belongs to another user/)
      closeSync(openWithin(dir, name))
    }
    chownSync(dir, NOBODY, NOBODY)
    writeFileSync(join(dir, 'mine'), '')
    expect(() => openWithin(dir, 'mine', { owner: 'own' })).toThrow(`${dir} belongs to another user`)
  })

  test('leaves no descriptor open, whatever comes of it', () => {
    const { dir, secret } = runFolder()
    symlinkSync(secret, join(dir, 'link'))
    const open = (): number => readdirSync('/proc/self/fd').length
    const before = open()
    readWithin(dir, 'media/image/cat.png')
    for (const name of ['link', 'none', 'media', 'media/none/x', '../x']) expect(() => readWithin(dir, name)).toThrow()
    expect(open()).toBe(before)
  })
})

describe('writing within a folder', () => {
  test('what is made is for its owner alone', () => {
    const { dir } = runFolder()
    appendWithin(dir, 'log', 'a')
    appendWithin(dir, 'log', 'b')
    replaceWithin(dir, 'state', 'c')
    expect(readFileSync(join(dir, 'log'), 'utf8')).toBe('ab')
    expect([statSync(join(dir, 'log')).mode & 0o777, statSync(join(dir, 'state')).mode & 0o777]).toEqual([0o600, 0o600])
  })

  test('nothing is appended through a link, and a link that is replaced leaves its target as it was', () => {
    const { dir, secret } = runFolder()
    symlinkSync(secret, join(dir, 'log'))
    expect(() => appendWithin(dir, 'log', 'x')).toThrow(/is a symbolic link/)
    replaceWithin(dir, 'log', 'mine')
    expect([readFileSync(secret, 'utf8'), readFileSync(join(dir, 'log'), 'utf8')]).toEqual(['secret', 'mine'])
    expect(lstatSync(join(dir, 'log')).isSymbolicLink()).toBe(false)
  })

  test('a file with a second name elsewhere is not written to when it is replaced', () => {
    const { dir, secret } = runFolder()
    linkSync(secret, join(dir, 'state'))
    replaceWithin(dir, 'state', 'mine')
    expect(readFileSync(secret, 'utf8')).toBe('secret')
  })

  test('what cannot be replaced leaves nothing behind', () => {
    const { dir } = runFolder()
    const before = readdirSync(dir)
    expect(() => replaceWithin(dir, 'media', 'x')).toThrow()
    expect(readdirSync(dir)).toEqual(before)
  })

  test('a file can be asked to be new', () => {
    const { dir } = runFolder()
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR
    expect(() => openWithin(dir, 'journal.jsonl', { flags })).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  })
})

describe('reading what is around', () => {
  test('follows links, waits for nothing, and takes no more than the limit', () => {
    const { dir, secret } = runFolder()
    symlinkSync(secret, join(dir, 'link'))
    execFileSync('mkfifo', [join(dir, 'fifo')])
    expect(String(readIfRegular(join(dir, 'link')))).toBe('secret')
    expect(readIfRegular(join(dir, 'fifo'))).toBeUndefined()
    expect(readIfRegular(join(dir, 'none'))).toBeUndefined()
    expect(readIfRegular(secret, 3)).toBeUndefined()
  })

  test.runIf(isRoot)('and can be asked for own files', () => {
    const { dir, secret } = runFolder()
    mkdirSync(join(dir, 'x'))
    chownSync(secret, NOBODY, NOBODY)
    expect([String(readIfRegular(secret)), readOwnFile(secret, 100)]).toEqual(['secret', undefined])
  })
})
