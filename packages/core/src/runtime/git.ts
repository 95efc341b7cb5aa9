import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { maskText } from '../text/mask.ts'
import { readIfRegular } from './read-if-regular.ts'

/** Where the code of a run came from. What cannot be found is absent. */
export interface GitInfo {
  readonly branch?: string | undefined
  readonly commit?: string | undefined
  /** Of `origin`; without credentials. */
  readonly remote?: string | undefined
}

/** A hostile repository must not pass any file of this machine off as its commit. */
const COMMIT = /^(?:[\da-f]{40}|[\da-f]{64})$/
/** Lists of references can be long; in bytes. */
const MAX_SIZE = 67_108_864
/** What HEAD says when references are kept in the newer format that is not made of files. */
const ELSEWHERE = 'refs/heads/.invalid'

/** Reads the repository's own files: starting git would cost `init` more than everything else it does. */
export function gitInfo(cwd: string): GitInfo | undefined {
  const folder = findGit(cwd)
  if (folder === undefined) return undefined
  const common = resolve(folder, read(join(folder, 'commondir'))?.trim() ?? '.')
  const head = read(join(folder, 'HEAD'))?.trim() ?? ''
  const ref = /^ref: (refs\/.+)$/.exec(head)?.[1]
  const commit = ref === undefined ? head : commitOf(common, ref)
  const remote = originOf(read(join(common, 'config')) ?? '')
  return {
    ...(ref?.startsWith('refs/heads/') && ref !== ELSEWHERE && { branch: ref.slice('refs/heads/'.length) }),
    ...(commit && COMMIT.test(commit) && { commit }),
    ...(remote && { remote: withoutCredentials(remote) }),
  }
}

/** The folder with HEAD in it: `.git`, or where a `.git` file of a worktree or submodule points. */
function findGit(from: string): string | undefined {
  for (let at = resolve(from); ; at = dirname(at)) {
    const path = join(at, '.git')
    const target = /^gitdir: (.+)$/m.exec(read(path) ?? '')?.[1]
    const folder = target ? resolve(at, target.trim()) : path
    if (isFile(join(folder, 'HEAD'))) return folder
    if (dirname(at) === at) return undefined
  }
}

function commitOf(folder: string, ref: string): string | undefined {
  if (ref.split('/').includes('..')) return undefined
  return read(join(folder, ref))?.trim() ?? packed(folder, ref)
}

function packed(folder: string, ref: string): string | undefined {
  for (const line of (read(join(folder, 'packed-refs')) ?? '').split('\n')) {
    const [commit, name] = line.trim().split(' ')
    if (name === ref) return commit
  }
  return undefined
}

/** Also of the form without a scheme: `user:token@host:path`. */
function withoutCredentials(remote: string): string {
  return maskText(remote).replace(/^[^\s/:@]+:[^\s/@]*@/, '')
}

/** The first address of `origin`, as `git config` gives it. */
function originOf(config: string): string | undefined {
  let inside = false
  for (const line of config.split('\n')) {
    const section = /^\s*\[(.+?)\]/.exec(line)?.[1]
    if (section !== undefined) inside = /^remote\s+"origin"$/i.test(section)
    const url = /^\s*url\s*=\s*(.*)$/i.exec(line)?.[1]
    if (inside && url !== undefined) return unquoted(url.slice(0, 2_000))
  }
  return undefined
}

/** A value of git's configuration, without its quotes and its comment. */
function unquoted(value: string): string {
  const [, quoted, plain = ''] = /^\s*(?:"((?:[^"\\]|\\.)*)"|(.*?)(?:\s[#;].*)?)\s*$/.exec(value) ?? []
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function read(path: string): string | undefined {
  return readIfRegular(path, MAX_SIZE)?.toString('utf8')
}
