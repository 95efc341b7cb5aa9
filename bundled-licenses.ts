import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** What others wrote and is published in our files keeps its licence beside it. */
export function withLicenses(): Plugin {
  return {
    name: 'with-licenses',
    generateBundle() {
      for (const [name, path] of licensesIn(this.getModuleIds()))
        this.emitFile({ type: 'asset', fileName: `licenses/${name}.txt`, source: readFileSync(path, 'utf8') })
    },
  }
}

/** Path of the licence of each package whose modules these are, by name. */
export function licensesIn(modules: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>()
  for (const id of modules) {
    const { path, name } = /^(?<path>.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+))\//.exec(id)?.groups ?? {}
    if (path && name && !found.has(name)) found.set(name, join(path, licenseIn(path)))
  }
  return found
}

function licenseIn(folder: string): string {
  const name = readdirSync(folder).find((one) => /^LICEN[CS]E(?:\.(?:txt|md))?$/i.test(one))
  if (name === undefined) throw new Error(`There is no licence in ${folder}.`)
  return name
}
