import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { replaceFile, replaceFileSync, type ReplaceFileOptions } from './replace-file.ts'

const root = mkdtempSync(join(tmpdir(), 'replace-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = (): string => mkdtempSync(join(root, 'x-'))
const modeOf = (path: string): number => statSync(path).mode & 0o7777

type Replace = (path: string, text: string, options?: ReplaceFileOptions) => Promise<void>

/** Each way to give the content, of both. */
const WAYS: [string, Replace][] = [
  ['replaceFileSync, of text', async (path, text, options) => replaceFileSync(path, text, options)],
  [
    'replaceFileSync, of a function',
    async (path, text, options) => replaceFileSync(path, (fd) => void writeSync(fd, text), options),
  ],
  ['replaceFile, of text', replaceFile],
  ['replaceFile, of a function', (path, text, options) => replaceFile(path, (file) => file.writeFile(text), options)],
]

describe.each(WAYS)('%s', (_, replace) => {
  test.each([true, false])('leaves the new content and nothing else, with flush: %j', async (flush) => {
    const folder = newFolder()
    const file = join(folder, 'state')
    for (const text of ['old', 'new']) await replace(file, text, { flush })
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['state'])
    expect(modeOf(file)).toBe(0o600)
  })

  test('keeps the permissions of the file if asked to, whatever the umask', async () => {
    const file = join(newFolder(), 'state')
    writeFileSync(file, 'old')
    chmodSync(file, 0o666)
    await replace(file, 'new', { mode: 'keep' })
    expect(modeOf(file)).toBe(0o666)
    await replace(file, 'new', { mode: 0o640 })
    expect(modeOf(file)).toBe(0o640)
  })

  test('shows the old content until the last moment, in which it can still be kept', async () => {
    const folder = newFolder()
    const file = join(folder, 'state')
    writeFileSync(file, 'old')
    const beforeRename = (): never => {
      expect(readFileSync(join(folder, 'half'), 'utf8')).toBe('new')
      throw new Error(readFileSync(file, 'utf8'))
    }
    await expect(replace(file, 'new', { scratch: join(folder, 'half'), beforeRename })).rejects.toThrow('old')
    expect(readdirSync(folder)).toEqual(['state'])
  })

  test('replaces a link and not what it leads to', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'target'), 'old')
    symlinkSync('target', join(folder, 'state'))
    await replace(join(folder, 'state'), 'new')
    expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('old')
    expect(lstatSync(join(folder, 'state')).isSymbolicLink()).toBe(false)
  })

  test('leaves nothing behind when the rename fails, and a scratch file of somebody else alone', async () => {
    const folder = newFolder()
    mkdirSync(join(folder, 'folder'))
    writeFileSync(join(folder, 'taken'), 'of somebody else')
    await expect(replace(join(folder, 'folder'), 'new')).rejects.toMatchObject({ syscall: 'rename' })
    const scratch = join(folder, 'taken')
    await expect(replace(join(folder, 'state'), 'new', { scratch })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readdirSync(folder).toSorted()).toEqual(['folder', 'taken'])
    expect(readFileSync(scratch, 'utf8')).toBe('of somebody else')
  })
})

test('a process that is killed in between leaves the old content', () => {
  const file = join(newFolder(), 'state')
  writeFileSync(file, 'old')
  const program = `import { replaceFileSync } from ${JSON.stringify(new URL('replace-file.ts', import.meta.url).href)}
    const die = () => { process.kill(process.pid, 'SIGKILL'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 9e3) }
    replaceFileSync(${JSON.stringify(file)}, 'new', { beforeRename: die })`
  const { signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  expect(signal).toBe('SIGKILL')
  expect(readFileSync(file, 'utf8')).toBe('old')
})

test.runIf(process.platform === 'linux')('no descriptor stays open, whatever comes of it', async () => {
  const count = (): number => readdirSync('/proc/self/fd').length
  const folder = newFolder()
  closeSync(openSync(join(folder, 'state'), 'w'))
  const before = count()
  const fail = (): never => {
    throw new Error('no')
  }
  for (const [, replace] of WAYS) {
    await replace(join(folder, 'state'), 'new', { flush: true })
    await expect(replace(join(folder, 'state'), 'new', { beforeRename: fail })).rejects.toThrow('no')
  }
  expect(() => replaceFileSync(join(folder, 'state'), fail)).toThrow('no')
  await expect(replaceFile(join(folder, 'state'), fail)).rejects.toThrow('no')
  expect(count()).toBe(before)
})
