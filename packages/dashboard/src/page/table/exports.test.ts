import { describe, expect, it } from 'vitest'
import { toCsv, toLatex, toMarkdown } from './exports.ts'

const sheet = {
  header: ['name', 'loss'],
  rows: [
    ['plain', 0.5],
    ['none', undefined],
  ],
} as const
const oneCell = (text: string) => ({ header: ['h'], rows: [[text]] })

describe('CSV', () => {
  it('has a line for each row', () => {
    expect(toCsv(sheet)).toBe('name,loss\r\nplain,0.5\r\nnone,\r\n')
  })
  it('quotes what would break its lines', () => {
    expect(toCsv(oneCell('a,"b"\nc'))).toBe('h\r\n"a,""b""\nc"\r\n')
  })
  it.each(['=1+1', '+cmd', '-cmd|x', '@SUM(A1)', '\t=1', ' =1', '＝1'])('makes %j no formula', (text) => {
    const cell = toCsv(oneCell(text)).split('\r\n')[1]!
    expect(cell.replace(/^"/, '')).toMatch(/^(?:'|＝)/)
  })
  it('leaves negative numbers alone', () => {
    expect(toCsv({ header: ['h'], rows: [[-1.5], ['-2e-7'], ['-Infinity']] })).toBe(
      'h\r\n-1.5\r\n-2e-7\r\n-Infinity\r\n',
    )
  })
})

describe('Markdown', () => {
  it('has columns of numbers to the right', () => {
    expect(toMarkdown(sheet)).toBe('| name | loss |\n| --- | ---: |\n| plain | 0.5 |\n| none |  |\n')
  })
  it('escapes bars, markup and line ends', () => {
    expect(toMarkdown(oneCell('a|b\n<i>*c*</i> [x](y)'))).toContain('| a\\|b \\<i\\>\\*c\\*\\</i\\> \\[x\\](y) |')
  })
})

describe('LaTeX', () => {
  it('is a tabular', () => {
    expect(toLatex(sheet)).toBe(
      '\\begin{tabular}{lr}\n  \\hline\n  name & loss \\\\\n  \\hline\n  plain & 0.5 \\\\\n  none &  \\\\\n  \\hline\n\\end{tabular}\n',
    )
  })
  it('escapes everything that LaTeX takes for its own', () => {
    expect(toLatex(oneCell('50% & $x_1 #{a}~^\\'))).toContain(
      '50\\% \\& \\$x\\_1 \\#\\{a\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{} \\\\\n',
    )
    expect(toLatex(oneCell('[1ex] a--b'))).toContain('{[}1ex] a-{}-b')
  })
  it('writes powers of ten, and minus signs', () => {
    expect(toLatex({ header: ['h'], rows: [[1.5e-9], [-2]] })).toContain('$1.5 \\times 10^{-9}$ \\\\\n  $-2$ \\\\')
  })
})
