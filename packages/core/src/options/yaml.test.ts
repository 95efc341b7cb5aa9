import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParseFailure } from './parsed.ts'
import { parseYaml } from './yaml.ts'

async function failureOf(text: string): Promise<[reason: string, offset: number | undefined]> {
  const outcome = await parseYaml(text).catch((error: unknown) => error)
  if (outcome instanceof ParseFailure) return [outcome.message, outcome.offset]
  throw new Error('it was parsed', { cause: outcome })
}

const dataOf = async (text: string): Promise<unknown> => (await parseYaml(text)).data

/** Nine levels of nine aliases each: few bytes that stand for hundreds of millions of values. */
function bomb(first: string, level: (aliases: string) => string): string {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} ${level(Array(9).fill(`*a${i}`).join(', '))}`,
  )
  return [`a0: &a0 ${first}`, ...levels].join('\n')
}

describe('parseYaml', () => {
  it('reads YAML 1.2, whatever the file says', async () => {
    const text = '%YAML 1.1\n---\na: yes\nb: 014\nc: 1e-4\nd: 2020-01-01\ne: .nan\nf: !!str 7\n1: x\n~: y\n'
    expect(await dataOf(text)).toEqual({
      a: 'yes',
      b: 14,
      c: 1e-4,
      d: '2020-01-01',
      e: NaN,
      f: '7',
      '1': 'x',
      '~': 'y',
    })
  })

  it('merges mappings and lists of mappings', async () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  z: 3\nd: {<<: *a, "<<": text}'
    expect(await dataOf(text)).toMatchObject({ c: { x: 1, y: 1, z: 3 }, d: { x: 1, y: 1, '<<': 'text' } })
    expect(await failureOf('a: &a 5\nb:\n  <<: *a')).toEqual(['"<<" takes a mapping or a list of mappings', 13])
  })

  it('takes the aliases of an honest file', async () => {
    const text = `list: &list [${Array(50).fill(1).join(', ')}]\nuses:\n${'  - *list\n'.repeat(300)}`
    expect(await dataOf(text)).toMatchObject({ uses: { length: 300 } })
  })

  it.each([
    ['an alias bomb', bomb('x', (aliases) => `[${aliases}]`), /more than 200000 values/],
    ['a merge bomb', bomb('{x: 1}', (aliases) => `{<<: [${aliases}]}`), /200000 values/],
    [
      'wide merges',
      `a: &a {${Array.from({ length: 2e4 }, (_, i) => `k${i}: 1`).join(', ')}}\nb:\n${'  - <<: *a\n'.repeat(100)}`,
      /200000 values/,
    ],
    ['too many aliases', `a: &a 1\nb:\n${'- *a\n'.repeat(10_000)}`, /more than 10000 anchors and aliases/],
    [
      'depth through aliases',
      Array.from({ length: 200 }, (_, i) => `a${i}: &a${i} [${i ? `*a${i - 1}` : 1}]`).join('\n'),
      /100 levels deep, aliases expanded/,
    ],
    ['an alias within itself', 'a: &a [*a]', /within what it stands for/],
    ['a merge of itself', 'a: &a\n  <<: *a', /within what it stands for/],
    ['an alias of nothing', 'a: *b', /stands for nothing above it/],
    ['a custom tag', 'a: !!js/function "function () {}"', /this tag cannot be used/],
    ['an executable tag of Python', 'a: !!python/object/apply:os.system ["true"]', /this tag cannot be used/],
    ['a duplicate key', 'a: 1\nb: 2\na: 3', /has been given before/],
    ['a second document', 'a: 1\n---\nb: 2', /second document/],
    ['a list as key', '? [a]\n: 1', /keys must be strings/],
    ['indentation by tabs', 'a:\n\tb: 1', /tabs are not allowed/],
    ['an unknown version', '%YAML 9.9\n---\na: 1', /this directive cannot be used/],
  ])('refuses %s', async (_, text, reason) => {
    const [message, offset] = await failureOf(text)
    expect(message).toMatch(reason)
    expect(offset).toEqual(expect.any(Number))
  })

  it('finds every value that is written in the file', async () => {
    const text = 'base: &b {x: 1}\nlist:\n  - one\n  - {deep: here}\nmerged:\n  <<: *b\n'
    const { offsetOf } = await parseYaml(text)
    expect(text.slice(offsetOf(['list', 0]))).toMatch(/^one/)
    expect(text.slice(offsetOf(['list', 1, 'deep']))).toMatch(/^here/)
    expect(offsetOf(['merged', 'x'])).toBeUndefined()
    expect(offsetOf(['absent'])).toBeUndefined()
  })

  it.each([
    'password: !hunter2',
    'password: !hunter2! x',
    'password: !<hunter2 x',
    'password: *hunter2',
    'password: >hunter2\n x',
    'password: |2hunter2',
    'password: %hunter2',
    'password: "hunter2" hunter2',
    'password: a: hunter2',
    '%hunter2\n---\na: 1',
    '%YAML hunter2\n---\na: 1',
    'hunter2: 1\nhunter2: 2',
  ])('does not quote the file: %j', async (text) => {
    expect((await failureOf(text))[0]).not.toContain('hunter2')
  })

  it('keeps __proto__ a plain key', async () => {
    const data = await dataOf('__proto__: {polluted: true}\nx: {__proto__: {polluted: true}}')
    expect(Object.keys(Object(data))).toEqual(['__proto__', 'x'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('fails on text of any kind in one way only', async () => {
    const piece = fc.constantFrom(
      ...'- ?:&*!|>[]{},"\'#%@`\n\t ~<\\'.split(''),
      'a',
      '*a',
      '&a',
      '<<: ',
      '--- ',
      '!!',
      '\n  ',
      '\u0000',
      '\uFEFF',
    )
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: piece, maxLength: 60 }), async (text) => {
        const outcome = await parseYaml(text).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ParseFailure)
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  it('survives nesting that would break V8', async () => {
    // In a process of its own: what this guards against cannot be caught.
    const program = `
      import { parseYaml } from ${JSON.stringify(new URL('yaml.ts', import.meta.url))}
      const shapes = ['[', '{', '{a: ', '[a: ', '- ', '? ', ': ']
      const texts = shapes.flatMap((open) => [1e3, 5e3, 2e4, 1e5].map((levels) => open.repeat(levels)))
      for (const levels of [101, 1e3, 5e3, 2e4, 1e5]) texts.push('['.repeat(levels) + ']'.repeat(levels))
      const staircase = (mark) => Array.from({ length: 1400 }, (_, i) => ' '.repeat(i) + mark).join('\\n')
      texts.push(staircase('a:'), staircase('-'), staircase('?'), '"]" '.repeat(1e3) + '['.repeat(5e3))
      let refused = 0
      for (const text of texts) await parseYaml(text).catch((error) => (refused += error.name === 'Error' ? 1 : 0))
      console.log(refused, 'of', texts.length)`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', program],
      { cwd: fileURLToPath(new URL('../../../..', import.meta.url)), timeout: 45_000 },
    )
    expect(stdout).toBe('37 of 37\n')
  })
})
