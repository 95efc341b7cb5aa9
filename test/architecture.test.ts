import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { VERSION } from '@swanlab/core'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CORE = 'packages/core/src'

/** What each room of the core may import from, beside itself. Files outside the rooms put them together. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  data: ['kernel'],
  options: ['kernel'],
  runtime: ['kernel'],
  journal: ['kernel', 'runtime'],
  modes: ['kernel', 'journal', 'runtime', 'notification'],
  notification: ['kernel', 'runtime'],
  background: ['kernel', 'journal', 'data', 'runtime', 'notification'],
}

interface Import {
  /** Path of the importing file, from the root. */
  readonly file: string
  /** As written: a package, or a relative path. */
  readonly what: string
  /** Path of the imported file, from the root; absent for packages. */
  readonly target: string | undefined
  readonly kind: 'static' | 'type' | 'dynamic'
}

const PATTERNS: readonly [kind: 'from' | 'static' | 'dynamic', pattern: RegExp][] = [
  ['from', /^(?:import|export)\s+(?<type>type\b)?[^'"`;]*?\bfrom\s*(?<quote>['"])(?<what>[^'"]+)\k<quote>/gm],
  ['static', /^import\s*(?<quote>['"])(?<what>[^'"]+)\k<quote>/gm],
  ['dynamic', /(?<type>\btypeof\s+)?\bimport\(\s*(?<quote>['"`])(?<what>[^'"`]+)\k<quote>/g],
]

/** TypeScript in a folder, however deep. */
function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter((path) => path.endsWith('.ts') && !path.includes('/node_modules/'))
    .toSorted()
}

const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file)
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(?<=^|\s)\/\/.*$/gm, '')

const manifestOf = (name: string): Record<string, Record<string, string>> =>
  JSON.parse(read(`${name}/package.json`)) as Record<string, Record<string, string>>

function importsIn(file: string, source = withoutComments(read(file))): Import[] {
  return PATTERNS.flatMap(([pattern, regexp]) =>
    Array.from(source.matchAll(regexp), ({ groups = {} }): Import => {
      const { what = '', type } = groups
      const target = what.startsWith('.')
        ? relative(ROOT, join(ROOT, dirname(file), what))
            .split(sep)
            .join('/')
        : undefined
      return { file, what, target, kind: type ? 'type' : pattern === 'from' ? 'static' : pattern }
    }),
  )
}

/** Room of the core that a file belongs to; empty for a file outside the rooms. */
const roomOf = (file: string): string => /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1] ?? ''
const shown = ({ file, what }: Import): string => `${file} imports ${what}`

const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)
const coreFiles = sourcesIn(CORE)
const core = coreFiles.filter((file) => !isTest(file)).flatMap((file) => importsIn(file))
const pluginFiles = packages.filter((name) => name.includes('/plugin-')).flatMap((name) => sourcesIn(`${name}/src`))
const programFiles = ['packages/server', 'packages/cli'].flatMap((name) => sourcesIn(`${name}/src`))
const programs = programFiles.filter((file) => !isTest(file)).flatMap((file) => importsIn(file))
const plugins = pluginFiles.filter((file) => !isTest(file)).flatMap((file) => importsIn(file))

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
    expect(
      importsIn(`${CORE}/kernel/x.ts`, withoutComments(source)).map(({ what, target, kind }) => [what, target, kind]),
    ).toEqual([
      ['./a.ts', `${CORE}/kernel/a.ts`, 'static'],
      ['b', undefined, 'type'],
      ['./c.ts', `${CORE}/kernel/c.ts`, 'static'],
      ['../up.ts', `${CORE}/up.ts`, 'static'],
      ['./e.ts', `${CORE}/kernel/e.ts`, 'type'],
      ['side-effect', undefined, 'static'],
      ['zod', undefined, 'dynamic'],
      ['yaml', undefined, 'type'],
    ])
  })

  it('finds the house', () => {
    expect(core.length).toBeGreaterThan(150)
    expect(plugins.length).toBeGreaterThan(30)
  })
})

describe('arrows between the rooms of the core go one way', () => {
  it('each room is known', () => {
    const rooms = new Set(coreFiles.map(roomOf).filter((room) => room !== '' && room !== 'testing'))
    expect([...rooms].toSorted()).toEqual(Object.keys(ROOMS).toSorted())
  })

  it.each(Object.entries(ROOMS))('%s imports from no room but %j', (room, allowed) => {
    const own = core.filter(({ file }) => roomOf(file) === room)
    expect(own.length).toBeGreaterThan(0)
    const wrong = own.filter(({ target }) => target !== undefined && ![room, ...allowed].includes(roomOf(target)))
    expect(wrong.map(shown)).toEqual([])
  })

  it('every relative import names a file that exists, inside the core', () => {
    const wrong = core.filter(({ target }) => target !== undefined && !coreFiles.includes(target))
    expect(wrong.map(shown)).toEqual([])
  })

  it('nothing that is shipped imports what only tests need', () => {
    const wrong = [...core, ...plugins].filter(({ target, what }) => what === 'vitest' || (target && isTest(target)))
    expect(wrong.map(shown)).toEqual([])
  })
})

describe('packages', () => {
  it('plugins import the public words of the core, and never each other', () => {
    const wrong = plugins.filter(({ file, what, target }) => {
      if (target !== undefined) return !target.startsWith(`${file.split('/').slice(0, 3).join('/')}/`)
      return (
        what.startsWith('@swanlab/') &&
        !['', '/notification', '/journal'].some((part) => what === `@swanlab/core${part}`)
      )
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('server and command line import public words, and nothing of another package by its path', () => {
    const wrong = programs.filter(({ file, what, target }) => {
      if (target !== undefined) return !target.startsWith(`${file.split('/').slice(0, 3).join('/')}/`)
      return what.startsWith('@swanlab/') && file.startsWith('packages/server/') && !what.startsWith('@swanlab/core')
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('the core imports no package of the workspace', () => {
    expect(core.filter(({ what }) => what.startsWith('@swanlab/')).map(shown)).toEqual([])
  })

  it('nothing imports the examples, except they themselves', () => {
    const all = [...coreFiles, ...pluginFiles, ...sourcesIn('test'), ...sourcesIn('bench')]
    const wrong = all
      .flatMap((file) => importsIn(file))
      .filter(({ what, target }) => target?.startsWith('examples/') || what.startsWith('@swanlab/examples'))
    expect(wrong.map(shown)).toEqual([])
  })

  it.each(packages)('%s names every package that is imported', (name) => {
    const { dependencies = {}, peerDependencies = {} } = manifestOf(name)
    const known = Object.keys({ ...dependencies, ...peerDependencies })
    const wrong = [...core, ...plugins, ...programs].filter(
      ({ file, what, target }) =>
        file.startsWith(`${name}/`) &&
        target === undefined &&
        !what.startsWith('node:') &&
        !known.some((each) => what === each || what.startsWith(`${each}/`)),
    )
    expect(wrong.map(shown)).toEqual([])
  })
})

describe('the core', () => {
  it('knows tapable in one file', () => {
    const files = core.filter(({ what }) => what === 'tapable').map(({ file }) => file)
    expect(files).toEqual([`${CORE}/kernel/hooks.ts`])
  })

  it.each(['zod', 'yaml', 'undici'])('loads %s only when it is needed', (name) => {
    const uses = core.filter(({ what }) => what === name || what.startsWith(`${name}/`))
    expect(uses.map(({ kind }) => kind)).toContain('dynamic')
    expect(uses.filter(({ kind }) => kind === 'static').map(shown)).toEqual([])
  })

  it('names no plugin', () => {
    const named = coreFiles
      .filter((file) => !isTest(file))
      .filter((file) => /plugin-|EmailCallback|SlackCallback|CSVWriter/.test(withoutComments(read(file))))
    expect(named).toEqual([])
  })

  it.each(packages)('and %s have one version', (name) => {
    expect(manifestOf(name)).toHaveProperty('version', VERSION)
  })
})
