import { expect, test } from 'vitest'
import { loadersOf } from './loaders.ts'

test.each<[string, string[], string | undefined, string[]]>([
  ['nothing', [], undefined, []],
  ['--import', ['--import', 'tsx'], '', ['--import', 'tsx']],
  ['--import=', ['--import=tsx', '--inspect'], '', ['--import=tsx']],
  [
    'what tsx starts Node with',
    ['--require', '/a b/preflight.cjs', '--import', 'file:///a%20b/loader.mjs'],
    '',
    ['--require', '/a b/preflight.cjs', '--import', 'file:///a%20b/loader.mjs'],
  ],
  [
    'ts-node, and a condition',
    ['--loader', 'ts-node/esm', '-C', 'source'],
    '',
    ['--loader', 'ts-node/esm', '-C', 'source'],
  ],
  [
    'NODE_OPTIONS, first',
    ['-r', 'b'],
    '--max-old-space-size=100 --require "a \\"x\\".cjs"',
    ['--require', 'a "x".cjs', '-r', 'b'],
  ],
  [
    'debuggers, heaps and warnings',
    ['--inspect-brk', '--no-warnings', '--max-old-space-size=9'],
    '',
    ['--no-warnings'],
  ],
  ['types that Node strips itself', ['--experimental-strip-types'], '', ['--experimental-strip-types']],
])(
  'of the options of the training, those by which modules are loaded are handed on: %s',
  (_, execArgv, options, loaders) => {
    expect(loadersOf(execArgv, options)).toEqual(loaders)
  },
)
