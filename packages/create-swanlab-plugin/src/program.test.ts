import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KINDS } from './kinds.ts'
import { run } from './program.ts'

let cwd: string
let printed: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'create-plugin-'))
  printed = ''
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => Boolean((printed += String(text))))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(cwd, { recursive: true, force: true })
})

const read = (path: string): string => readFileSync(join(cwd, path), 'utf8')
const manifestIn = (folder: string): Record<string, unknown> =>
  JSON.parse(read(`${folder}/package.json`)) as Record<string, unknown>
const treeOf = (folder: string): string[] =>
  readdirSync(join(cwd, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()

test.each(Object.keys(KINDS))(
  'a %s is a package with source, test, README and what npm needs to publish it',
  (kind) => {
    expect(run(['@me/swanlab-plugin-pager', '--kind', kind], cwd)).toBe(0)
    const folder = 'swanlab-plugin-pager'
    expect(treeOf(folder)).toEqual([
      '.gitignore',
      'README.md',
      'package.json',
      'src',
      'src/index.test.ts',
      'src/index.ts',
      'tsconfig.json',
    ])
    const manifest = manifestIn(folder)
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect(manifest).toMatchObject({
      name: '@me/swanlab-plugin-pager',
      keywords: ['swanlab', 'swanlab-plugin'],
      license: 'MIT',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      peerDependencies: { '@swanlab/core': `>=${version} <1.0.0` },
      devDependencies: { '@swanlab/journal': `^${version}` },
    })
    expect(manifest['dependencies']).toEqual(
      kind === 'notifier' ? { '@swanlab/notification': `^${version}` } : undefined,
    )
    const className = `Pager${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
    for (const path of ['README.md', 'src/index.ts', 'src/index.test.ts']) {
      expect(read(`${folder}/${path}`)).toContain(className)
      expect(read(`${folder}/${path}`)).not.toMatch(/\bMy[A-Z]|my-plugin/)
    }
    expect(printed).toContain('cd swanlab-plugin-pager\n  npm install\n  npm test\n')
  },
)

test('a notifier is made when no kind is named, in the folder that --dir names, which may exist and be empty', () => {
  mkdirSync(join(cwd, 'here'))
  expect(run(['pager', '--dir', 'here'], cwd)).toBe(0)
  expect(read('here/src/index.ts')).toContain('class PagerNotifier extends NotificationCallback')
})

test.each([
  [
    'a folder with something in it',
    () => (mkdirSync(join(cwd, 'pager')), writeFileSync(join(cwd, 'pager/mine'), 'mine')),
  ],
  ['a file', () => writeFileSync(join(cwd, 'pager'), 'mine')],
])('%s is refused, and stays as it was', (_, make) => {
  make()
  const before = treeOf('.')
  expect(run(['pager'], cwd)).toBe(1)
  expect(printed).toBe(
    `create-swanlab-plugin: ${join(cwd, 'pager')} exists, and is not an empty folder. Nothing was changed.\n`,
  )
  expect(treeOf('.')).toEqual(before)
})

test.each([
  [['Pager'], '"Pager" is no package name'],
  [['../pager'], 'is no package name'],
  [['pager', '--kind', 'toString'], '--kind takes notifier, exporter, rule, backend, but got "toString".'],
  [['pager', '--knd', 'rule'], "Unknown option '--knd'"],
  [[], 'It takes the name of one package.'],
  [['one', 'two'], 'It takes the name of one package.'],
])('%j is refused, and nothing is written', (args, message) => {
  expect(run(args, cwd)).toBe(1)
  expect(printed).toContain(`create-swanlab-plugin: `)
  expect(printed).toContain(message)
  expect(readdirSync(cwd)).toEqual([])
})

test('--help says what there is', () => {
  expect(run(['--help'], cwd)).toBe(0)
  for (const kind of Object.keys(KINDS)) expect(printed).toContain(kind)
  expect(existsSync(join(cwd, 'undefined'))).toBe(false)
})

test('what is installed in the new package is what this repository is tested with', () => {
  expect(run(['pager'], cwd)).toBe(0)
  const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const { devDependencies } = manifestIn('pager') as typeof own
  for (const name of ['typescript', '@types/node']) expect(devDependencies[name]).toBe(own.devDependencies[name])
})
