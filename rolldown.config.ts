import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown'
import { withLicenses } from './bundled-licenses.ts'

// Makes the JavaScript of the packages: of the one whose folder it is started in, or of all. `tsc --build` makes their types.

const PACKAGES = fileURLToPath(new URL('packages', import.meta.url))
/** Helpers of our own tests are not; what authors test with is, where a package has an entry for it. */
const PUBLISHED = /^(?!(?:.*\/)?testing\/)(?!.*\.test\.ts$).*\.ts$/
const PUBLISHED_KIT = /^testing\/(?!.*\.test\.ts$).*\.ts$/
const PROGRAM = /(?:^|[/-])main\.ts$/
/** Outside of comments. */
const KNOWS_ITS_PLACE = /^(?!\s*(?:\/?\*|\/\/)).*\bimport\.meta\.url\b/m

/** Dependencies for their types alone: as it is published, loading it takes three times as long. */
const BUNDLED = ['tapable']

interface Manifest {
  readonly exports?: Readonly<Record<string, { readonly source: string }>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const folders = readdirSync(PACKAGES).map((name) => join(PACKAGES, name))
const here = folders.filter((folder) => folder === process.cwd())
export default defineConfig((here.length > 0 ? here : folders).map((folder) => optionsOf(folder)))

function optionsOf(folder: string): RolldownOptions {
  const manifest = JSON.parse(read(join(folder, 'package.json'))) as Manifest
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => !BUNDLED.includes(name),
  )
  const entries = entriesOf(folder, manifest)
  return {
    cwd: folder,
    input: entries,
    platform: 'node',
    // What a package does not depend on becomes part of it.
    external: (id) => id.startsWith('node:') || dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
    // An entry may export more than is promised; else it would be a shell, and its code elsewhere.
    preserveEntrySignatures: 'allow-extension',
    output: {
      dir: 'dist',
      format: 'esm',
      sourcemap: true,
      // They are in the types, and in the sources that the maps lead to.
      comments: { jsdoc: false },
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name].js',
    },
    plugins: [
      inTheirPlaces(folder, Object.values(entries)),
      withoutUnusedHooks(),
      withLicenses(),
      withoutLeftovers(join(folder, 'dist')),
    ],
  }
}

/**
 * The files that are reached from outside: what package.json names, the programs, and each module that asks for its own
 * place, because it must be found, or find others, where its source is.
 */
function entriesOf(folder: string, { exports = {}, bin = {} }: Manifest): Record<string, string> {
  const source = join(folder, 'src')
  const named = [
    ...Object.values(exports).map((entry) => entry.source.replace('./src/', '')),
    ...Object.values(bin).map((path) => path.replace('./dist/', '').replace(/\.js$/, '.ts')),
  ]
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => PUBLISHED.test(path) || ('./testing' in exports && PUBLISHED_KIT.test(path)))
    .filter((path) => PROGRAM.test(path) || KNOWS_ITS_PLACE.test(read(join(source, path))))
  return Object.fromEntries([...named, ...found].map((path) => [path.replace(/\.ts$/, ''), join(source, path)]))
}

/** What asks for its own place must not be moved into a chunk, whoever else imports it. */
function inTheirPlaces(folder: string, entries: readonly string[]): Plugin {
  const fixed = new Set(entries.filter((path) => KNOWS_ITS_PLACE.test(read(path))))
  return {
    name: 'in-their-places',
    resolveId(source, importer) {
      const path = importer && source.startsWith('.') ? resolve(dirname(importer), source) : ''
      if (!fixed.has(path)) return null
      const built = join(folder, 'dist', path.slice(join(folder, 'src').length)).replace(/\.ts$/, '.js')
      return { id: built, external: 'relative' }
    },
  }
}

/** tapable's entry requires every kind of hook, from which no bundler can tell that most of them are not used. */
function withoutUnusedHooks(): Plugin {
  const importing = /^import \{(?<names>[^}]+)\} from 'tapable'$/m
  const names = importing.exec(read(join(PACKAGES, 'core/src/kernel/hooks.ts')))?.groups?.['names'] ?? ''
  const used = new Set(names.split(',').map((name) => name.trim()))
  const isUnused = (line: string): boolean => {
    const kind = /require\("\.\/(?<kind>\w+)"\)/.exec(line)?.groups?.['kind']
    return kind !== undefined && !used.has(kind)
  }
  return {
    name: 'without-unused-hooks',
    transform: {
      filter: { id: /\/tapable\/lib\/index\.js$/ },
      handler: (code) => ({
        code: code.replaceAll(/^.*$/gm, (line) => (isUnused(line) ? '' : line)),
        map: null,
      }),
    },
  }
}

/** Removes what earlier builds have left, when all else is there: programs may be running. */
function withoutLeftovers(dist: string): Plugin {
  return {
    name: 'without-leftovers',
    writeBundle(_options, bundle) {
      for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
        const name = path.replaceAll('\\', '/')
        // The page of the dashboard is built by vite, which removes its own.
        if (name.startsWith('page/') || name in bundle) continue
        if (/\.js(?:\.map)?$/.test(name)) rmSync(join(dist, path))
      }
    },
  }
}

function read(path: string): string {
  return readFileSync(path, 'utf8')
}
