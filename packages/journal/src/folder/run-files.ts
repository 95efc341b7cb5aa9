import { join } from 'node:path'
import { type RuntimeInfo } from '@swanlab/core/internal'
import { replaceWithin } from '../files/safe-open.ts'
import { makeUnlessThere } from '../files/files.ts'
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
    try {
      makeUnlessThere(folder)
      replaceWithin(folder, name, text)
    } catch (error) {
      this.#report(name, error as NodeJS.ErrnoException)
    }
  }

  #report(name: string, { code, message }: NodeJS.ErrnoException): void {
    // The run folder is gone: the journal says so.
    if (this.#failed || code === 'ENOENT') return
    this.#failed = true
    this.#trouble(`files/${name} cannot be written (${code ?? message}); it is a copy, the journal holds the same.`)
  }
}
