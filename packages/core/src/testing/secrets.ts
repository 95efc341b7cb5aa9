import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Somewhere that others can look, and what is there. */
export type SecretPlace = readonly [where: string, content: string]

/** What must not be seen. Made before the first callback is: what the environment holds then is not its doing. */
export class Secrets {
  readonly #secrets: readonly string[]
  readonly #before = new Set(environment())

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
  }

  /** Where any of them can be read. */
  in(places: readonly SecretPlace[]): readonly string[] {
    const found = places.filter(([, content]) => this.#secrets.some((secret) => holds(content, secret)))
    return [...new Set(found.map(([where]) => where))]
  }

  /** What has been added to an environment. @param lines - `NAME=value` */
  addedTo(lines: readonly string[]): SecretPlace[] {
    return lines.filter((line) => !this.#before.has(line)).map((line) => ['the environment of a process', line])
  }
}

/** Of this process. */
export function environment(): string[] {
  return Object.entries(process.env).map(([name, value]) => `${name}=${value}`)
}

function holds(content: string, secret: string): boolean {
  const json = JSON.stringify(secret).slice(1, -1)
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,2}=*$/, '')
  return [secret, json, encodeURIComponent(secret), base64].some((form) => content.includes(form))
}

/** Command lines can be read by everybody on a machine. */
export function watchCommands(): { places: () => SecretPlace[]; stop: () => void } {
  const processes: { spawnargs?: readonly string[] }[] = []
  const started = (event: unknown): void => void processes.push((event as { process: object }).process)
  subscribe('child_process', started)
  return {
    places: () => processes.map(({ spawnargs = [] }) => ['the command line of a process', spawnargs.join(' ')]),
    stop: () => unsubscribe('child_process', started),
  }
}

/** Paths of all files, from the folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted()
}

export function placesInFiles(folder: string): SecretPlace[] {
  return filesIn(folder).flatMap((path): SecretPlace[] => {
    try {
      return [[`the file ${path}`, readFileSync(join(folder, path), 'latin1')]]
    } catch {
      // Such as a lock, which goes with the process that held it.
      return []
    }
  })
}
