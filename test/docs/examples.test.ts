import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { examples, examplesIn, writeExamples } from './examples.ts'
import { ROOT } from './pages.ts'

it('every @example of the packages compiles as it stands', () => {
  const all = examples()
  expect(all.length).toBeGreaterThanOrEqual(15)
  const folder = join(ROOT, 'test/dist/examples')
  const places = writeExamples(folder, all)
  expect(typeErrors(folder, places)).toEqual([])
}, 60_000)

it('an @example that does not compile is named by its place', () => {
  const folder = join(ROOT, 'test/dist/wrong-examples')
  const text = '/**\n * Adds.\n *\n * @example\n * ```ts\n * const three: string = 3\n * ```\n */\n'
  const places = writeExamples(folder, examplesIn('a.ts', text))
  expect(typeErrors(folder, places)).toEqual([expect.stringMatching(/^a\.ts:6: error TS2322/)])
})

it('an @example without a block of TypeScript is an error', () => {
  expect(() => examplesIn('a.ts', '/**\n * @example\n * add(1, 2)\n */')).toThrow('a.ts: an @example without a block')
})

function typeErrors(folder: string, places: ReadonlyMap<string, string>): string[] {
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return []
  } catch (error) {
    const { stdout } = error as { stdout: string }
    // What is wrong with the packages themselves is found by check:types.
    return stdout.split('\n').flatMap((line) => {
      const { path = '', error: what } = /^(?<path>[^(]*)\(\d+,\d+\)(?<error>: error .*)/.exec(line)?.groups ?? {}
      const place = places.get(join(ROOT, path))
      return place === undefined ? [] : [`${place}${what}`]
    })
  }
}
