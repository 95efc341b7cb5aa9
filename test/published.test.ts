import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url))
const RESIDENT = /module: import\.meta\.url[\s\S]{0,200}?export: ["'](?<name>\w+)["']/

function built(name: string): string[] {
  const dist = join(PACKAGES, name, 'dist')
  const paths = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))
  return paths.map((path) => join(dist, path))
}

describe.each(readdirSync(PACKAGES))('%s, as it is published', (name) => {
  it('has each module that asks for its own place where its source is', () => {
    // The bundler's own way to require what Node brings along is the same from everywhere.
    const asks = /(?<!createRequire\()\bimport\.meta\.url\b/
    const asking = built(name).filter((path) => asks.test(readFileSync(path, 'utf8')))
    const moved = asking.filter((path) => path.includes('/dist/chunks/'))
    expect(moved).toEqual([])
  })

  it('can rebuild its residents from there', async () => {
    for (const path of built(name)) {
      const exported = RESIDENT.exec(readFileSync(path, 'utf8'))?.groups?.['name']
      if (exported !== undefined) expect(await import(path)).toHaveProperty(exported)
    }
  })
})
