import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { table } from './measure.ts'

// What each package costs: on the disk of whoever installs it, and on the way to the end of `import`. Fails above the
// budgets of size.json, in kB: `pnpm check:size`.

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url))

interface Budget {
  /** JavaScript of the package, compressed: what npm transfers of it, without types, maps and sources. */
  readonly packed: number
  /** JavaScript, own and that of siblings, that `import` of the package's entry reads before the first line of the program. */
  readonly import: number
}

const names = readdirSync(PACKAGES)
const budgets = JSON.parse(readFileSync(new URL('size.json', import.meta.url), 'utf8')) as Record<string, Budget>

function packed(name: string): number {
  const dist = join(PACKAGES, name, 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))
  return gzipSync(Buffer.concat(files.map((path) => readFileSync(join(dist, path))))).length
}

/** Follows static imports. @returns bytes. */
function imported(entry: string, seen = new Set<string>()): number {
  if (seen.has(entry)) return 0
  seen.add(entry)
  const code = readFileSync(entry, 'utf8')
  let bytes = statSync(entry).size
  for (const { groups } of code.matchAll(/^(?:import|export)\b[^'"`;]*?["'](?<from>[^"']+)["'];?$/gm)) {
    const path = pathOf(groups?.['from'] ?? '', entry)
    if (path !== undefined) bytes += imported(path, seen)
  }
  return bytes
}

/** Absent: not ours. */
function pathOf(specifier: string, importer: string): string | undefined {
  if (specifier.startsWith('.')) return resolve(dirname(importer), specifier)
  const { name, entry = 'index' } =
    /^(?:@swanlab\/)?(?<name>[^/]+)(?:\/(?<entry>internal|media|testing))?$/.exec(specifier)?.groups ?? {}
  if (name === undefined || builtinModules.includes(specifier) || !names.includes(name)) return undefined
  return join(PACKAGES, name, `dist/${entry}.js`)
}

const inKilobytes = (bytes: number): number => bytes / 1_000
let over = false
const rows = names.map((name) => {
  const entry = join(PACKAGES, name, 'dist/index.js')
  // A command alone cannot be imported.
  const sizes = { packed: inKilobytes(packed(name)), import: existsSync(entry) ? inKilobytes(imported(entry)) : 0 }
  const budget = budgets[name] ?? { packed: 0, import: 0 }
  const shown = (['packed', 'import'] as const).map((what) => {
    const above = sizes[what] > budget[what]
    over ||= above
    return `${sizes[what].toFixed(1)} of ${budget[what]}${above ? ' (!)' : ''}`
  })
  return [name, ...shown]
})
console.log(table(['package', 'packed, kB', 'import, kB'], rows))
if (over) {
  console.error('A package is larger than its budget in bench/size.json.')
  process.exitCode = 1
}
