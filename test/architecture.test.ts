import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { VERSION } from '@swanlab/core'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Which packages of the house each one may import; only those above it can be named. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  core: [],
  journal: ['core'],
  notification: ['core'],
  background: ['core', 'journal'],
  cloud: ['core', 'journal'],
  'plugin-csv': ['core', 'journal'],
  'plugin-email': ['core', 'notification'],
  'plugin-slack': ['core', 'notification'],
  dashboard: ['core', 'journal'],
  server: ['core', 'journal', 'dashboard'],
  swanlab: ['core', 'journal', 'background', 'cloud', 'plugin-csv', 'dashboard', 'server'],
  'create-swanlab-plugin': [],
}

/** What is written as anybody could write it: the packages' public API is all that it has. */
const OUTSIDERS: readonly string[] = ['plugin-csv', 'plugin-email', 'plugin-slack', 'server']

/** Likewise for the folders of the core. Files beside the folders put them together, and no folder imports them. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  text: ['contract'],
  data: ['contract', 'text'],
  options: ['contract', 'text'],
  console: ['contract'],
  runtime: ['contract', 'text'],
  endings: ['contract', 'text', 'data'],
  delivery: ['contract', 'text'],
  kernel: ['contract', 'text', 'data', 'endings', 'delivery'],
  testing: ['contract', 'text', 'data', 'options', 'endings', 'delivery', 'kernel'],
}

/** The kit for authors' tests: the one part of the core that writes files and opens sockets, loaded by nobody else. */
const KIT = /^packages\/core\/src\/testing(?:\/|\.ts$)/

/** What is large, and where it must not be loaded: by an import alone, and by a run that does not use it. */
const LAZY: Readonly<Record<string, readonly string[]>> = {
  zod: ['core/src/index.ts', 'journal/src/index.ts', 'cloud/src/index.ts', 'swanlab/src/index.ts'],
  yaml: ['core/src/begin.ts', 'journal/src/index.ts', 'cloud/src/index.ts', 'swanlab/src/preset.ts'],
  undici: ['core/src/begin.ts', 'journal/src/index.ts', 'cloud/src/index.ts', 'swanlab/src/preset.ts'],
  fastify: ['swanlab/src/preset.ts', 'swanlab/src/cli/program.ts'],
}

/** What the core uses of files: it looks at them. `writeSync` is for the terminal. */
const READS: readonly string[] = [
  'closeSync',
  'constants',
  'existsSync',
  'fstatSync',
  'lstatSync',
  'openSync',
  'readdirSync',
  'readFile',
  'open',
  'readFileSync',
  'realpathSync',
  'stat',
  'statSync',
  'writeSync',
]

/** By these a program reaches out of its process. */
const OUTSIDE =
  /^(?:node:)?(?:net|tls|dgram|dns|http|https|http2|child_process|cluster|inspector)(?:\/|$)|^(?:undici|ws)(?:\/|$)/

interface Import {
  /** Path of the importing file, from the root. */
  readonly file: string
  /** As written: a package, or a relative path. */
  readonly what: string
  /** Path of the imported file, from the root; absent for packages. */
  readonly target: string | undefined
  readonly kind: 'static' | 'type' | 'dynamic'
  /** As written between the braces, without types. */
  readonly names: readonly string[]
}

const PATTERNS: readonly [kind: 'from' | 'static' | 'dynamic', pattern: RegExp][] = [
  ['from', /^(?:import|export)\s+(?<type>type\b)?(?<names>[^'"`;]*?)\bfrom\s*(?<quote>['"])(?<what>[^'"]+)\k<quote>/gm],
  ['static', /^import\s*(?<quote>['"])(?<what>[^'"]+)\k<quote>/gm],
  ['dynamic', /(?<type>\btypeof\s+)?\bimport\(\s*(?<quote>['"`])(?<what>[^'"`]+)\k<quote>/g],
]

/** TypeScript in a folder, however deep. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/\/(?:node_modules|dist)\//.test(path))
    .toSorted()
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file) || (file.includes('/testing/') && !KIT.test(file))
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(?<=^|\s)\/\/.*$/gm, '')

const manifestOf = (name: string): Record<string, unknown> =>
  JSON.parse(read(`packages/${name}/package.json`)) as Record<string, unknown>

function importsIn(file: string, source = withoutComments(read(file))): Import[] {
  return PATTERNS.flatMap(([pattern, regexp]) =>
    Array.from(source.matchAll(regexp), ({ groups = {} }): Import => {
      const { what = '', type, names = '' } = groups
      const path = what.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), what)) : undefined
      return {
        file,
        what,
        target: path?.split(sep).join('/'),
        kind: type ? 'type' : pattern === 'from' ? 'static' : pattern,
        names: names.replaceAll(/\btype\s+[\w$]+/g, '').match(/[\w$*]+/g) ?? [],
      }
    }),
  )
}

const packageOf = (file: string): string => /^packages\/([^/]+)\/src\//.exec(file)?.[1] ?? ''
/** Folder of the core that a file belongs to; empty for a file beside the folders. */
const folderOf = (file: string): string => /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1] ?? ''
/** Folder of the workspace's package that is imported; absent for others. */
const siblingOf = (what: string): string | undefined =>
  /^@swanlab\/([^/]+)/.exec(what)?.[1] ?? /^swanlab(?=\/|$)/.exec(what)?.[0]
const shown = ({ file, what }: Import): string => `${file} imports ${what}`

const files = Object.keys(PACKAGES).flatMap((name) => sourcesIn(`packages/${name}/src`))
const shipped = files.filter((file) => !isTest(file))
const imports = shipped.flatMap((file) => importsIn(file))
/** By file. */
const atOnce = new Map(shipped.map((file) => [file, [] as Import[]]))
for (const each of imports) if (each.kind === 'static') atOnce.get(each.file)!.push(each)
const core = imports.filter(({ file }) => packageOf(file) === 'core')
/** The core as programs have it, without the kit. */
const ofPrograms = core.filter(({ file }) => !KIT.test(file))
const coreFiles = shipped.filter((file) => packageOf(file) === 'core' && !KIT.test(file))

describe('the reader of imports', () => {
  it('finds every form there is', () => {
    const source = [
      `import { a } from './a.ts'`,
      `import type { B } from "b"`,
      `import {\n  c,\n  type D,\n} from './c.ts'`,
      `export * from '../up.ts'`,
      `export type * from './e.ts'`,
      `import 'side-effect'`,
      `const lazy = await import('zod')`,
      `type Yaml = typeof import('yaml')`,
      `// import { no } from 'no'`,
      `/** import { no } from 'no' */`,
    ].join('\n')
    const folder = 'packages/core/src'
    const found = importsIn(`${folder}/kernel/x.ts`, withoutComments(source))
    expect(found.map(({ what, target, kind }) => [what, target, kind])).toEqual([
      ['./a.ts', `${folder}/kernel/a.ts`, 'static'],
      ['b', undefined, 'type'],
      ['./c.ts', `${folder}/kernel/c.ts`, 'static'],
      ['../up.ts', `${folder}/up.ts`, 'static'],
      ['./e.ts', `${folder}/kernel/e.ts`, 'type'],
      ['side-effect', undefined, 'static'],
      ['zod', undefined, 'dynamic'],
      ['yaml', undefined, 'type'],
    ])
    expect(found[2]!.names).toEqual(['c'])
  })

  it('finds the house', () => {
    expect(shipped.length).toBeGreaterThan(300)
    expect(imports.length).toBeGreaterThan(1_000)
  })

  it('finds a circle', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['b']],
      ['d', []],
    ])
    expect(circlesIn(circle)).toEqual(['b → c → b'])
  })
})

describe('arrows go one way', () => {
  it.each([
    ['packages', PACKAGES],
    ['folders of the core', FOLDERS],
  ])('the table of %s names only what stands above', (_, table) => {
    const names = Object.keys(table)
    for (const [name, allowed] of Object.entries(table))
      for (const each of allowed) expect(names.slice(0, names.indexOf(name))).toContain(each)
  })

  it('every package, and every folder of the core, is known', () => {
    expect(readdirSync(join(ROOT, 'packages')).toSorted()).toEqual(Object.keys(PACKAGES).toSorted())
    const folders = new Set(core.map(({ file }) => folderOf(file)).filter((folder) => folder !== ''))
    expect([...folders].toSorted()).toEqual(Object.keys(FOLDERS).toSorted())
  })

  it.each(Object.entries(PACKAGES))('package %s imports no other of the house but %j', (name, allowed) => {
    const own = imports.filter(({ file }) => packageOf(file) === name)
    expect(own.length).toBeGreaterThan(0)
    const wrong = own.filter(({ what }) => {
      const sibling = siblingOf(what)
      return sibling !== undefined && !allowed.includes(sibling)
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('a package imports another by its name, public or internal, and its own files by their paths', () => {
    const known = /^(?:@swanlab\/[^/]+|swanlab)(?:\/internal|\/media|\/testing)?$/
    const wrong = imports.filter(({ file, what, target }) =>
      target === undefined
        ? siblingOf(what) !== undefined && !known.test(what)
        : !target.startsWith(`packages/${packageOf(file)}/src/`) ||
          !(shipped.includes(target) || target.endsWith('.css')),
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(OUTSIDERS)('package %s uses the public API alone', (name) => {
    const wrong = imports.filter(({ file, what }) => packageOf(file) === name && what.endsWith('/internal'))
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(Object.entries(FOLDERS))('folder %s of the core imports no other but %j', (folder, allowed) => {
    const own = core.filter(({ file }) => folderOf(file) === folder)
    // The kit starts runs as programs do: it stands above the files that put the folders together.
    const all = [folder, ...allowed, ...(folder === 'testing' ? [''] : [])]
    const wrong = own.filter(({ target }) => target !== undefined && !all.includes(folderOf(target)))
    expect(wrong.map(shown)).toEqual([])
  })

  it('no files import each other in a circle, types included', () => {
    const graph = new Map(shipped.map((file) => [file, [] as string[]]))
    for (const { file, target } of imports) if (target !== undefined) graph.get(file)!.push(target)
    expect(circlesIn(graph)).toEqual([])
  })

  it('nothing imports the examples, except they themselves', () => {
    const all = [...imports, ...[...sourcesIn('test'), ...sourcesIn('bench')].flatMap((file) => importsIn(file))]
    const wrong = all.filter(({ what, target }) => target?.startsWith('examples/') || what === '@swanlab/examples')
    expect(wrong.map(shown)).toEqual([])
  })
})

describe('packages', () => {
  it('ship nothing that imports what only tests need', () => {
    const wrong = imports.filter(({ target, what }) => what === 'vitest' || (target && isTest(target)))
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(Object.keys(PACKAGES))('%s names every package that it imports', (name) => {
    const { dependencies, peerDependencies, devDependencies } = manifestOf(name)
    // What is needed only for the build becomes part of it.
    const known = Object.keys({ ...dependencies!, ...peerDependencies!, ...devDependencies! })
    const wrong = imports.filter(
      ({ file, what, target }) =>
        packageOf(file) === name &&
        target === undefined &&
        !what.startsWith('node:') &&
        !known.some((each) => what === each || what.startsWith(`${each}/`)),
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(Object.keys(PACKAGES))('%s has the version of all', (name) => {
    expect(manifestOf(name)).toHaveProperty('version', VERSION)
  })

  it.each(Object.entries(LAZY))('%s is loaded only when it is needed: not with %j', (name, entries) => {
    const uses = ({ what }: Import): boolean => what === name || what.startsWith(`${name}/`)
    expect(imports.some(uses)).toBe(true)
    const wrong = entries.flatMap((entry) => loadedWith(`packages/${entry}`).filter(uses))
    expect(wrong.map(shown)).toEqual([])
  })
})

describe('the kit for tests', () => {
  it('is imported by nothing but the entries for tests of packages', () => {
    const uses = (file: string, what: string, target: string | undefined): boolean =>
      (siblingOf(what) !== undefined && what.endsWith('/testing')) || (KIT.test(target ?? '') && !KIT.test(file))
    const wrong = imports.filter(
      ({ file, what, target }) => uses(file, what, target) && !/^packages\/[^/]+\/src\/testing\.ts$/.test(file),
    )
    expect(wrong.map(shown)).toEqual([])
  })
})

describe('the core', () => {
  it('dispatches through tapable in one file', () => {
    const uses = ofPrograms.filter(({ what, kind }) => what === 'tapable' && kind !== 'type')
    expect(uses.map(({ file }) => file)).toEqual(['packages/core/src/kernel/hooks.ts'])
  })

  it('writes no file', () => {
    const fs = ofPrograms.filter(({ what }) => /^(?:node:)?fs(?:\/promises)?$/.test(what))
    expect(fs.length).toBeGreaterThan(0)
    const wrong = fs.flatMap(({ file, kind, names }) =>
      kind === 'type' ? [] : names.filter((name) => !READS.includes(name)).map((name) => `${file}: ${name}`),
    )
    expect(wrong).toEqual([])
    const opening = fs.filter(({ names }) => names.some((name) => /^open(?:Sync)?$/.test(name))).map(({ file }) => file)
    expect(matching(/\bopen(?:Sync)?\((?![^)]*O_RDONLY)/, opening)).toEqual([])
  })

  it('opens no socket and starts no process', () => {
    expect(ofPrograms.filter(({ what }) => OUTSIDE.test(what)).map(shown)).toEqual([])
    expect(
      matching(/\bfetch\(|\bnew (?:WebSocket|EventSource|Worker)\b|\bgetBuiltinModule\b|\bprocess\.binding\b/),
    ).toEqual([])
  })

  it('names no mode, no plugin and nobody who keeps a run', () => {
    expect(matching(/['"`](?:cloud|online|offline|local|disabled)['"`]/)).toEqual([])
    expect(matching(/plugin-|EmailCallback|SlackCallback|CSVWriter|\bjournal\(|\bbackground\(/)).toEqual([])
  })
})

/** Everything that importing a file imports at once, in all packages of the house. */
function loadedWith(entry: string): Import[] {
  const loaded = new Set([entry])
  for (const file of loaded)
    for (const { what, target } of atOnce.get(file) ?? []) {
      const next = target ?? entryOf(what)
      if (next !== undefined) loaded.add(next)
    }
  return [...loaded].flatMap((file) => atOnce.get(file) ?? [])
}

/** File behind the name of a package of the house; absent for others. */
function entryOf(what: string): string | undefined {
  const sibling = siblingOf(what)
  if (sibling === undefined) return undefined
  return `packages/${sibling}/src/${/\/(internal|media|testing)$/.exec(what)?.[1] ?? 'index'}.ts`
}

/** Files, of the core by default, that hold something outside of comments. */
function matching(pattern: RegExp, among: readonly string[] = coreFiles): string[] {
  return among.flatMap((file) => {
    const found = pattern.exec(withoutComments(read(file)))
    return found ? [`${file}: ${found[0]}`] : []
  })
}

/** One way round each circle. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node)
    if (at >= 0) return void circles.push([...path.slice(at), node].join(' → '))
    if (done.has(node)) return
    for (const next of graph.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of graph.keys()) visit(node, [])
  return circles
}
