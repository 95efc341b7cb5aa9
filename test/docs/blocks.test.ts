import { expect, test } from 'vitest'
import { blocksOf } from './blocks.ts'
import { blocksIn, pages } from './pages.ts'

/** Blocks that nobody can copy without something that a newcomer may lack. */
const MOST_UNRUN = 9

test('every page has blocks that can be tried, and few that are not', () => {
  const blocks = pages().flatMap((page) => blocksIn(page))
  expect(blocks.length).toBeGreaterThan(25)
  expect(blocks.filter(({ mark }) => mark.kind === 'not run').length).toBeLessThanOrEqual(MOST_UNRUN)
})

const fenced = (language: string, before = ''): string => `# Page\n\n${before}\`\`\`${language}\nlet a\n\`\`\`\n`

test('a block has its place, its mark and its file', () => {
  const text = `Save it as \`a.mjs\`:\n\n<!-- docs: not run, it needs an account -->\n\n${fenced('js').slice(8)}`
  expect(blocksOf('p.md', text)).toEqual([
    {
      page: 'p.md',
      line: 6,
      language: 'js',
      code: 'let a\n',
      file: 'a.mjs',
      mark: { kind: 'not run', reason: 'it needs an account' },
    },
  ])
  expect(blocksOf('p.md', fenced('csv'))).toEqual([])
})

test.each<[string, string, RegExp]>([
  ['without a language', fenced(''), /a block of the language ""/],
  ['of an unknown language', fenced('tsx'), /p\.md:4: a block of the language "tsx"/],
  ['that is not run without a reason', fenced('sh', '<!-- docs: not run -->\n\n'), /does not say why/],
  ['with an unknown mark', fenced('sh', '<!-- docs: skip, no time -->\n\n'), /1 marks, of which 0/],
  ['without a fence', 'Try:\n\n    npm install\n', /code without a fence: npm install/],
])('a block %s is an error', (_, text, message) => {
  expect(() => blocksOf('p.md', text)).toThrow(message)
})
