import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RuntimeInfo } from '../kernel/payloads.ts'
import { configYaml } from './config-yaml.ts'

/** The files beside the journal, in SwanLab's layout: copies for people and tools. The journal is the truth. */
export class RunFiles {
  readonly dir: string
  readonly #trouble: (message: string) => void
  #failed = false

  constructor(dir: string, trouble: (message: string) => void) {
    this.dir = dir
    this.#trouble = trouble
  }

  update({ config, metadata, requirements }: RuntimeInfo): void {
    if (config) this.#write('config.yaml', configYaml(config))
    if (metadata) this.#write('swanlab-metadata.json', `${JSON.stringify(metadata, null, 2)}\n`)
    if (requirements) this.#write('requirements.txt', requirements)
  }

  /** By renaming: a reader never sees half a file. */
  #write(name: string, text: string): void {
    const folder = join(this.dir, 'files')
    const path = join(folder, name)
    try {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${path}.tmp`, text)
      renameSync(`${path}.tmp`, path)
    } catch (error) {
      if (this.#failed) return
      this.#failed = true
      this.#trouble(`files/${name} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}); the journal holds the same.`)
    }
  }
}
