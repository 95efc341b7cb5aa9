import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** What others wrote and is published in our files keeps its licence beside it. */
export function withLicenses(): Plugin {
  return {
    name: 'with-licenses',
    generateBundle() {
      const bundled = new Map<string, string>()
      for (const id of this.getModuleIds()) {
        const { path, name } = /^(?<path>.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))\//.exec(id)?.groups ?? {}
        if (path && name) bundled.set(name, path)
      }
      for (const [name, path] of bundled)
        this.emitFile({
          type: 'asset',
          fileName: `licenses/${name}.txt`,
          source: readFileSync(join(path, 'LICENSE'), 'utf8'),
        })
    },
  }
}
