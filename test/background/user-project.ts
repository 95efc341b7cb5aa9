import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { expectNoOrphans } from '../orphans.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What a program of the project printed when its run was over, and what its callbacks noted. */
export interface Ended {
  /** `run.callbacks` by name: the place, and the reason if there is one. */
  readonly places: Readonly<Record<string, string>>
  /** `outcome.callbacks` */
  readonly callbacks: object[]
  readonly stderr: string
  /** Lines of the file `notes`. */
  readonly notes: readonly string[]
}

/** A folder as a user has it: code of their own beside this library as it is published. */
export class UserProject {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'user-project-')))

  constructor(packages: readonly string[] = ['core', 'notification', 'swanlab']) {
    mkdirSync(join(this.folder, 'node_modules/@swanlab'), { recursive: true })
    for (const name of packages) this.link(join(ROOT, 'packages', name), name === 'swanlab' ? name : `@swanlab/${name}`)
    this.write({ 'package.json': '{"name":"mine","type":"module"}' })
  }

  link(target: string, name: string): void {
    symlinkSync(target, join(this.folder, 'node_modules', name))
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), content)
    }
  }

  /** Runs a program that prints `{ places: run.callbacks, callbacks: outcome.callbacks }` as its last line. */
  async run(
    argv: readonly string[],
    more: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<Ended> {
    const notes = join(this.folder, 'notes')
    // Relative: it means the same in every place.
    const env = { ...process.env, NODE_OPTIONS: '', NOTES: 'notes', ...more.env }
    const cwd = more.cwd ?? this.folder
    const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    expect(stderr + out).toContain('"places"')
    const line = out.split('\n').findLast((one) => one.includes('"places"'))!
    const { places, callbacks } = JSON.parse(line) as { places: Placed[]; callbacks: object[] }
    const byName = places.map(({ name, place, reason }) => [name, reason === undefined ? place : `${place}: ${reason}`])
    const noted = existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : []
    return { places: Object.fromEntries(byName) as Ended['places'], callbacks, stderr, notes: noted }
  }

  async remove(): Promise<void> {
    if (process.platform === 'linux') await expectNoOrphans(join(this.folder, 'swanlog'))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

interface Placed {
  readonly name: string
  readonly place: string
  readonly reason?: string
}

/** A program that has a run with these callbacks log once. @param callbacks - As source text. */
export function program(imports: string, callbacks: string): string {
  return `
import { init } from 'swanlab'
${imports}

async function main() {
  const settings = { metadataCollect: false, requirementsCollect: false } as const
  const run = await init({ project: 'mine', mode: 'offline', logdir: 'swanlog', settings, callbacks: [${callbacks}] })
  run.log({ loss: 1 })
  const { callbacks } = await run.finish()
  console.log(JSON.stringify({ places: run.callbacks, callbacks }))
}
void main()
`
}
