import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryPaths } from '../../../journal/src/format/testing/folder.ts'
import { gitInfo } from './git.ts'

const newPath = temporaryPaths('repo')
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

function newRepository(): string {
  const dir = newPath()
  mkdirSync(dir)
  git(dir, 'init', '-q', '-b', 'main')
  git(dir, 'commit', '-q', '--allow-empty', '-m', 'first')
  return dir
}

/** What git itself says. */
function expectedInfo(dir: string): object {
  const branch = git(dir, 'rev-parse', '--abbrev-ref', 'HEAD')
  return { commit: git(dir, 'rev-parse', 'HEAD'), ...(branch !== 'HEAD' && { branch }) }
}

let dir = ''
beforeEach(() => (dir = newRepository()))

describe('says what git says', () => {
  test('of a repository, also from inside its folders', () => {
    mkdirSync(join(dir, 'a/b'), { recursive: true })
    expect(gitInfo(dir)).toEqual(expectedInfo(dir))
    expect(gitInfo(join(dir, 'a/b'))).toEqual({ ...expectedInfo(dir), branch: 'main' })
  })

  test('of a branch with a path for a name', () => {
    git(dir, 'checkout', '-q', '-b', 'feature/größer')
    expect(gitInfo(dir)).toEqual({ ...expectedInfo(dir), branch: 'feature/größer' })
  })

  test('of a detached head', () => {
    git(dir, 'checkout', '-q', '--detach')
    expect(gitInfo(dir)).toEqual(expectedInfo(dir))
    expect(gitInfo(dir)).not.toHaveProperty('branch')
  })

  test('of packed references, and of a newer one beside them', () => {
    git(dir, 'pack-refs', '--all')
    expect(gitInfo(dir)).toEqual(expectedInfo(dir))
    git(dir, 'commit', '-q', '--allow-empty', '-m', 'second')
    expect(gitInfo(dir)).toEqual(expectedInfo(dir))
  })

  test('of a worktree', () => {
    const tree = newPath()
    git(dir, 'remote', 'add', 'origin', 'https://host/cats.git')
    git(dir, 'worktree', 'add', '-q', '-b', 'other', tree)
    git(tree, 'commit', '-q', '--allow-empty', '-m', 'second')
    expect(gitInfo(tree)).toEqual({ ...expectedInfo(tree), branch: 'other', remote: 'https://host/cats.git' })
    git(dir, 'pack-refs', '--all')
    expect(gitInfo(tree)).toMatchObject(expectedInfo(tree))
  })

  test('of a submodule', () => {
    const outer = newRepository()
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', dir, 'inner')
    const inner = join(outer, 'inner')
    expect(gitInfo(inner)).toEqual({ ...expectedInfo(inner), remote: dir })
    expect(gitInfo(inner)?.commit).toBe(git(dir, 'rev-parse', 'HEAD'))
  })

  test('of a repository without a commit', () => {
    const empty = newPath()
    mkdirSync(empty)
    git(empty, 'init', '-q', '-b', 'main')
    expect(gitInfo(empty)).toEqual({ branch: 'main' })
  })
})

describe('the remote', () => {
  test.each([
    ['https://host/cats.git', 'https://host/cats.git'],
    ['git@github.com:me/cats.git', 'git@github.com:me/cats.git'],
    ['https://me:s3cr3t@host/cats.git', 'https://host/cats.git'],
    ['https://s3cr3t@host/cats.git', 'https://host/cats.git'],
    ['ssh://git:s3cr3t@host:22/cats.git', 'ssh://host:22/cats.git'],
    ['me:s3cr3t@host:cats.git', 'host:cats.git'],
    ['https://host/cats.git?private_token=s3cr3t', 'https://host/cats.git?private_token=****'],
    ['/a path/with "quotes" and # or ; \\ in it', '/a path/with "quotes" and # or ; \\ in it'],
  ])('%s', (url, shown) => {
    git(dir, 'remote', 'add', 'other', 'https://host/other.git')
    git(dir, 'remote', 'add', 'origin', url)
    git(dir, 'remote', 'add', 'last', 'https://host/last.git')
    expect(gitInfo(dir)?.remote).toBe(shown)
  })

  test('is absent when there is only another one', () => {
    git(dir, 'remote', 'add', 'other', 'https://host/other.git')
    expect(gitInfo(dir)).not.toHaveProperty('remote')
  })
})

test('a folder outside of any repository has nothing to say', () => {
  const plain = newPath()
  mkdirSync(plain)
  expect(gitInfo(plain)).toBeUndefined()
})

test('a damaged repository says what it can', () => {
  writeFileSync(join(dir, '.git/HEAD'), '')
  writeFileSync(join(dir, '.git/config'), '\0[[[')
  expect(gitInfo(dir)).toEqual({})
})
