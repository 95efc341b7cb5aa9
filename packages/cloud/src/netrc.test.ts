import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryPaths } from '../../journal/src/format/testing/folder.ts'
import { aboutStoredLogins, findCredentials } from './credentials.ts'
import { readLogin, writeLogin } from './netrc.ts'

const newFolder = temporaryPaths('project')
const LOGIN = { host: 'http://h:1', webHost: undefined, apiKey: 'key' }
const isRoot = process.getuid?.() === 0

test('the key is not written through a symbolic link', () => {
  const folder = newFolder()
  mkdirSync(folder)
  const victim = `${folder}-victim`
  writeFileSync(victim, 'mine')
  for (const name of ['.netrc', '.netrc.tmp', '.gitignore']) symlinkSync(victim, join(folder, name))
  writeLogin(folder, LOGIN)
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(readLogin(folder)).toEqual(LOGIN)
})

test('the folder of a key is kept out of version control, unless it says what is, or is used for more', () => {
  const [fresh, old] = [newFolder(), newFolder()].map((project) => join(project, '.swanlab'))
  const other = newFolder()
  mkdirSync(old!, { recursive: true })
  writeFileSync(join(old!, '.gitignore'), '.netrc\n')
  for (const folder of [fresh!, old!, other]) writeLogin(folder, LOGIN)
  expect(readFileSync(join(fresh!, '.gitignore'), 'utf8')).toBe('*\n')
  expect(readFileSync(join(old!, '.gitignore'), 'utf8')).toBe('.netrc\n')
  expect(readdirSync(other)).toEqual(['.netrc'])
})

test('a FIFO at the path of a login is not read', () => {
  const folder = newFolder()
  mkdirSync(folder)
  execFileSync('mkfifo', [join(folder, '.netrc')])
  expect(readLogin(folder)).toBeUndefined()
})

test('a login is stored where the home is a symbolic link', () => {
  const folder = newFolder()
  mkdirSync(`${folder}-real`)
  symlinkSync(`${folder}-real`, folder)
  writeLogin(folder, LOGIN)
  expect(readLogin(folder)).toEqual(LOGIN)
})

test.runIf(isRoot)("another user's login is not used, and neither is another user's folder for a key", () => {
  const project = newFolder()
  const folder = join(project, '.swanlab')
  writeLogin(folder, LOGIN)
  chownSync(join(folder, '.netrc'), 65_534, 65_534)
  const around = { env: {}, cwd: project, home: newFolder() }
  expect(findCredentials({}, around)).toBeUndefined()
  expect(aboutStoredLogins('http://h:1', around)).toBe(
    ` ${join(folder, '.netrc')} is not used: it is no regular file of yours.`,
  )
  chownSync(folder, 65_534, 65_534)
  expect(() => writeLogin(folder, LOGIN)).toThrow(`${folder} belongs to another user`)
})
