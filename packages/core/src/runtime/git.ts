import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { maskUrl } from './mask.ts'

/** Where the code of a run came from. What cannot be found is absent. */
export interface GitInfo {
  readonly branch?: string | undefined
  readonly commit?: string | undefined
  /** Of `origin`; without credentials. */
  readonly remote?: string | undefined
}

/** Reads the repository's own files: starting git would cost `init` more than everything else it does. */
export function gitInfo(cwd: string): GitInfo | undefined {
  const folder = findGit(cwd)
  if (folder === undefined) return undefined
  const common = resolve(folder, read(join(folder, 'commondir'))?.trim() ?? '.')
  const head = read(join(folder, 'HEAD'))?.trim() ?? ''
  const ref = /^ref: (.+)$/.exec(head)?.[1]
  const commit = ref === undefined ? head : (read(join(common, ref))?.trim() ?? packed(common, ref))
  const remote = originOf(read(join(common, 'config')) ?? '')
  const branch = ref?.replace(/^refs\/heads\//, '')
  return {
    ...(branch && { branch }),
    ...(commit && { commit }),
    ...(remote && { remote: maskUrl(remote) }),
  }
}

/** The folder with HEAD in it: `.git`, or where a `.git` file of a worktree or submodule points. */
function findGit(from: string): string | undefined {
  for (let at = resolve(from); ; at = dirname(at)) {
    const path = join(at, '.git')
    try {
      if (statSync(path).isDirectory()) return path
      const target = /^gitdir: (.+)$/m.exec(read(path) ?? '')?.[1]
      if (target) return resolve(at, target.trim())
    } catch {
      // Not here: look further up.
    }
    if (dirname(at) === at) return undefined
  }
}

function packed(folder: string, ref: string): string | undefined {
  for (const line of (read(join(folder, 'packed-refs')) ?? '').split('\n')) {
    const [commit, name] = line.trim().split(' ')
    if (name === ref) return commit
  }
  return undefined
}

function originOf(config: string): string | undefined {
  const section = /^\[remote "origin"\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(config)?.[1]
  return /^\s*url\s*=\s*(.+)$/m.exec(section ?? '')?.[1]?.trim()
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
