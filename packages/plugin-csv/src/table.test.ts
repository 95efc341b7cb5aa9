import type { JsonValue } from '@swanlab/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellText, parseCsv, quote } from './csv.ts'
import { undefuse } from './formula.ts'
import { mergeRow } from './table.ts'

const ID = ['id']

function row(members: Record<string, JsonValue>): Map<string, JsonValue> {
  return new Map(Object.entries(members))
}

/** Rows as a reader gets them: values by column. */
function read(text: string): Map<string, string>[] {
  const [header = [], ...rows] = [...parseCsv(text)].map(({ cells }) => cells)
  return rows.map((cells) => new Map(cells.map((cell, place) => [undefuse(header[place] ?? ''), cell])))
}

describe('mergeRow', () => {
  it('makes a table of nothing', () => {
    expect(mergeRow('', row({ id: 'a', loss: 0.5 }), ID)).toBe('id,loss\r\na,0.5\r\n')
    expect(mergeRow('\n\n', row({ id: 'a', loss: 0.5 }), ID)).toBe('id,loss\r\na,0.5\r\n')
  })

  it('adds a row to a header', () => {
    expect(mergeRow('id,loss', row({ id: 'a', loss: 0.5 }), ID)).toBe('id,loss\r\na,0.5\r\n')
  })

  it('puts new columns at the end and fills up older rows', () => {
    const text = mergeRow('id,loss\r\na,1\r\n', row({ id: 'b', acc: 0.9, loss: 2 }), ID)
    expect(text).toBe('id,loss,acc\r\na,1,\r\nb,2,0.9\r\n')
  })

  it('keeps the spelling of a file that another program wrote', () => {
    const foreign = '\uFEFF"id",note,=x\n"a","two\r\nlines",=1+1\n\nb,short\n"c",too,long,by,two'
    expect(mergeRow(foreign, row({ id: 'd', '=x': 1, loss: -1 }), ID)).toBe(
      '\uFEFF"id",note,=x,,,loss\n"a","two\r\nlines",=1+1,,,\n\nb,short,,,,\n"c",too,long,by,two,\nd,,1,,,-1\n',
    )
  })

  it('brings the row of the same run up to date and leaves what it does not know', () => {
    const text = 'id,note,loss\na,"see, below",1\nb,,2\n'
    expect(mergeRow(text, row({ id: 'a', loss: 0.5, acc: 0.9 }), ID)).toBe(
      'id,note,loss,acc\na,"see, below",0.5,0.9\nb,,2,\n',
    )
  })

  it('tells runs of the same id in two projects apart', () => {
    const text = 'id,project\r\na,one\r\n'
    expect(mergeRow(text, row({ id: 'a', project: 'two' }), ['id', 'project'])).toBe(`${text}a,two\r\n`)
  })

  it('does not defuse again what is defused already', () => {
    const once = mergeRow('', row({ id: '-a', '=x': '=1' }), ID)
    expect(once).toBe("id,'=x\r\n'-a,'=1\r\n")
    expect(mergeRow(once, row({ id: '-a', '=x': '=1' }), ID)).toBe(once)
    expect(mergeRow(once, row({ id: 'b', '=x': 2 }), ID)).toBe(`${once}b,2\r\n`)
  })

  it('takes names that mean something to objects for names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'a"b', 'two\nlines', 'x'.repeat(512)]
    const text = mergeRow(
      '',
      new Map<string, JsonValue>([['id', 'a'], ...names.map((name, n) => [name, n] as const)]),
      ID,
    )
    expect(read(text)).toEqual([new Map([['id', 'a'], ...names.map((name, n) => [name, String(n)] as const)])])
    expect(parseCsv(text).next().value?.cells).toEqual(['id', ...names])
  })

  it('refuses text that is not CSV', () => {
    expect(() => mergeRow('id\n"a\n', row({ id: 'b' }), ID)).toThrow('never closed')
    expect(() => mergeRow('id;loss\na;1,5\n', row({ id: 'b' }), ID)).toThrow('not separated by commas')
    expect(() => mergeRow('id\tloss\na\t1\n', row({ id: 'b' }), ID)).toThrow('not separated by commas')
  })

  it('keeps every value of every row under its name, whatever comes in whatever order', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '=', "'", '\n'), minLength: 1, maxLength: 3 })
    const value = fc.oneof(fc.double(), fc.boolean(), fc.string(), fc.constant(null))
    const run = fc.tuple(fc.nat(5), fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: false }))
    fc.assert(
      fc.property(
        fc.array(run, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('', '\uFEFF', 'note\nhello\n'),
        (runs, start) => {
          let text: string = start
          const expected = new Map<string, Map<string, string>>()
          for (const [number, values] of runs) {
            const cells = new Map<string, JsonValue>([['id', `run${number}`], ...Object.entries(values)])
            text = mergeRow(text, cells, ID)
            const known = expected.get(`run${number}`) ?? new Map<string, string>()
            for (const [column, cell] of cells) known.set(column, cellText(cell))
            expected.set(`run${number}`, known)
          }
          const records = [...parseCsv(text.replace('\uFEFF', ''))]
          expect(new Set(records.map(({ cells }) => cells.length)).size).toBe(1)
          const header = records[0]?.cells ?? []
          expect(new Set(header).size).toBe(header.length)
          const rows = new Map(read(text.replace('\uFEFF', '')).map((cells) => [cells.get('id')!, cells]))
          if (start === 'note\nhello\n') {
            expect(rows.get('')!.get('note')).toBe('hello')
            rows.delete('')
          }
          expect([...rows.keys()]).toEqual([...expected.keys()])
          for (const [id, cells] of expected)
            for (const [column, cell] of rows.get(id)!) expect(cell).toBe(cells.get(column) ?? '')
        },
      ),
    )
  })

  it('changes nothing but the ends of older lines', () => {
    const lines = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '=') }), { minLength: 1, maxLength: 4 }),
      {
        minLength: 2,
        maxLength: 5,
      },
    )
    fc.assert(
      fc.property(lines, (table) => {
        const before = table.map((cells) =>
          cells.map((cell, n) => (n % 2 ? quote(cell) : `"${cell.replaceAll('"', '""')}"`)).join(','),
        )
        const after = mergeRow(before.join('\n'), row({ 'run id': 'new' }), ['run id']).split('\n')
        for (const [n, line] of before.entries()) expect(after[n]?.slice(0, line.length)).toBe(line)
        expect(after).toHaveLength(before.length + 2)
      }),
    )
  })
})
