import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A login as SwanLab's clients keep it; all of them share one file. */
export interface StoredLogin {
  /** Address of the api, without `/api`. */
  readonly host: string
  readonly webHost: string | undefined
  readonly apiKey: string
}

const FILE = '.netrc'

/** @param folder - Such as `~/.swanlab`. */
export function loginFile(folder: string): string {
  return join(folder, FILE)
}

/** Absent: there is no such file, or it holds no login. */
export function readLogin(folder: string): StoredLogin | undefined {
  let text: string
  try {
    text = readFileSync(loginFile(folder), 'utf8')
  } catch {
    return undefined
  }
  const words = text.split(/\s+/)
  const after = (name: string): string | undefined => {
    const at = words.indexOf(name)
    return at < 0 ? undefined : words[at + 1] || undefined
  }
  const [host, apiKey, webHost] = [after('machine'), after('password'), after('login')]
  return host && apiKey ? { host: host.replace(/\/api\/?$/, ''), apiKey, webHost } : undefined
}

/**
 * Replaces whatever login there was. Only its owner can read the file.
 *
 * @throws the file system's own error.
 */
export function writeLogin(folder: string, { host, webHost, apiKey }: StoredLogin): string {
  const path = loginFile(folder)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lines = [`machine ${host}`, ...(webHost ? [`\tlogin ${webHost}`] : []), `\tpassword ${apiKey}`]
  writeFileSync(`${path}.tmp`, `${lines.join('\n')}\n`, { mode: 0o600 })
  // The mode of a file that was there already stays.
  chmodSync(`${path}.tmp`, 0o600)
  renameSync(`${path}.tmp`, path)
  return path
}

/** @returns whether there was one. */
export function removeLogin(folder: string): boolean {
  const there = readLogin(folder) !== undefined
  rmSync(loginFile(folder), { force: true })
  return there
}
