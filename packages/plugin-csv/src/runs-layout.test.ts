import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { SwanLabError } from '@swanlab/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseCsv } from './csv.ts'
import { withLock } from './lock.ts'
import { RunsLayout } from './runs-layout.ts'
import { folder } from './testing/folder.ts'
import { outcome } from './testing/payloads.ts'
import { runProgram } from './testing/processes.ts'

const SOON = { wait: 50 }
let dir: string
let file: string

beforeEach(() => {
  dir = folder()
  file = path.join(dir, 'swanlab_run.csv')
})

function rows(of = file): Record<string, string>[] {
  const [header = [], ...lines] = [...parseCsv(readFileSync(of, 'utf8'))].map(({ cells }) => cells)
  for (const cells of lines) expect(cells).toHaveLength(header.length)
  return lines.map((cells) => Object.fromEntries(cells.map((cell, place) => [header[place] ?? '', cell])))
}

/** An error of `action`, which must have one. */
function errorOf(action: () => void): SwanLabError {
  try {
    action()
  } catch (error) {
    if (error instanceof SwanLabError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('RunsLayout', () => {
  it('adds a row for every run, with the last value of every metric', () => {
    const layout = new RunsLayout(file)
    layout.end(
      outcome({ id: 'one', config: { lr: 0.1 } }, [
        ['loss', 0.5],
        ['acc', NaN],
      ]),
    )
    layout.end(
      outcome({ id: 'two', config: { momentum: 0.9 } }, [
        ['loss', 0.25],
        ['f1', -0],
      ]),
    )
    expect(readFileSync(file, 'utf8').split('\r\n')[0]).toBe(
      'project,exp_name,description,datetime,run_id,workspace,logdir,url,config/lr,loss,acc,config/momentum,f1',
    )
    expect(rows()).toMatchObject([
      { run_id: 'one', 'config/lr': '0.1', loss: '0.5', acc: 'NaN', 'config/momentum': '', f1: '' },
      { run_id: 'two', 'config/lr': '', loss: '0.25', acc: '', 'config/momentum': '0.9', f1: '-0' },
    ])
    expect(readdirSync(dir)).toEqual(['swanlab_run.csv'])
  })

  it('brings the row of a resumed run up to date', () => {
    const layout = new RunsLayout(file)
    layout.end(outcome({ id: 'one' }, [['loss', 0.5]]))
    layout.end(outcome({ id: 'two' }, [['loss', 0.4]]))
    layout.end(
      outcome({ id: 'one', resumed: true }, [
        ['loss', 0.1],
        ['acc', 1],
      ]),
    )
    expect(rows()).toMatchObject([
      { run_id: 'one', loss: '0.1', acc: '1' },
      { run_id: 'two', loss: '0.4', acc: '' },
    ])
  })

  it('makes the folder, and only when there is a row', () => {
    const deep = path.join(dir, 'a', 'b', 'runs.csv')
    const layout = new RunsLayout(deep)
    expect(readdirSync(dir)).toEqual([])
    layout.end(outcome())
    expect(rows(deep)).toHaveLength(1)
  })

  it('extends a file of SwanLab for Python and one of somebody else', () => {
    writeFileSync(
      file,
      'project,exp_name,description,datetime,run_id,workspace,logdir,url,config/lr,loss\ndemo,old,"a\nb",,x,,,,1,2\n',
    )
    new RunsLayout(file).end(outcome({ id: 'one' }, [['loss', 0.5]]))
    expect(rows()).toMatchObject([
      { run_id: 'x', description: 'a\nb', loss: '2' },
      { run_id: 'one', loss: '0.5' },
    ])

    writeFileSync(file, '\uFEFFname,age\r\n"x')
    expect(errorOf(() => new RunsLayout(file).end(outcome())).message).toContain('never closed')
    expect(readFileSync(file, 'utf8')).toBe('\uFEFFname,age\r\n"x')
  })

  it.skipIf(process.platform === 'win32')('keeps the mode of the file, and the link to it', () => {
    const elsewhere = path.join(dir, 'elsewhere')
    mkdirSync(elsewhere)
    const real = path.join(elsewhere, 'real.csv')
    writeFileSync(real, '', { mode: 0o640 })
    symlinkSync(real, file)
    new RunsLayout(file).end(outcome())
    expect(statSync(real).mode & 0o777).toBe(0o640)
    expect(rows(real)).toHaveLength(1)
    expect(
      readdirSync(dir, { withFileTypes: true })
        .find(({ name }) => name === 'swanlab_run.csv')!
        .isSymbolicLink(),
    ).toBe(true)
  })

  it('puts the row into a file of its own, and says so, when the file is locked for too long', () => {
    new RunsLayout(file).end(outcome({ id: 'one' }))
    const error = withLock(`${file}.lock`, () =>
      errorOf(() => new RunsLayout(file, SOON).end(outcome({ id: 'two' }, [['loss', 1]]))),
    )
    const own = path.join(dir, 'swanlab_run.two.csv')
    expect(error.code).toBe('CALLBACK_FAILED')
    expect(error.message).toBe(
      `the row of run two is in ${own}, not in ${file}: ${file}.lock has been held by process ${process.pid} on ${hostname()} for 50 ms`,
    )
    expect(rows(own)).toMatchObject([{ run_id: 'two', loss: '1' }])
    expect(rows()).toMatchObject([{ run_id: 'one' }])
  })

  it.each([
    ['is not UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x0a])],
    ['is UTF-16', Buffer.from('\uFEFFa,b\n', 'utf16le')],
  ])('leaves a file alone that %s', (_what, bytes) => {
    writeFileSync(file, bytes)
    expect(errorOf(() => new RunsLayout(file).end(outcome({ id: 'two' }))).message).toMatch(
      /swanlab_run\.two\.csv.*it is not UTF-8$/,
    )
    expect(readFileSync(file).equals(bytes)).toBe(true)
    expect(rows(path.join(dir, 'swanlab_run.two.csv'))).toHaveLength(1)
  })

  it('names file and reason when nothing can be written at all', () => {
    const blocked = path.join(dir, 'file', 'runs.csv')
    writeFileSync(path.join(dir, 'file'), '')
    expect(errorOf(() => new RunsLayout(blocked).end(outcome({ id: 'one' }))).message).toMatch(
      `could not write the row of run one to ${blocked}: `,
    )
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'respects a folder and a file that are read-only',
    () => {
      new RunsLayout(file).end(outcome({ id: 'one' }))
      chmodSync(file, 0o444)
      expect(errorOf(() => new RunsLayout(file).end(outcome({ id: 'two' }))).message).toContain('EACCES')
      chmodSync(dir, 0o555)
      const error = errorOf(() => new RunsLayout(file).end(outcome({ id: 'three' })))
      chmodSync(dir, 0o755)
      expect(error.message).toMatch(/could not write the row of run three to .*EACCES/)
      expect(rows()).toHaveLength(1)
    },
  )

  it('loses no row when two processes finish many runs at once', async () => {
    const count = 40
    const endings = await Promise.all(['a', 'b'].map((who) => runProgram('finish-many.ts', [dir, who, String(count)])))
    expect(endings).toEqual(endings.map(() => ({ code: 0, signal: null, output: '' })))
    const ids = ['a', 'b'].flatMap((who) => Array.from({ length: count }, (_, n) => `${who}${n + 1}`))
    expect(
      rows()
        .map(({ run_id: id }) => id)
        .toSorted(),
    ).toEqual(ids.toSorted())
    for (const { run_id: id = '', ...row } of rows()) expect(row[id.replace(/\d/, '/$&')]).toBe(id.slice(1))
    expect(readdirSync(dir)).toEqual(['swanlab_run.csv'])
  })

  it('survives a process that is killed in the middle of a rewrite', async () => {
    new RunsLayout(file).end(outcome({ id: 'one' }))
    const before = readFileSync(file, 'utf8')
    expect(await runProgram('die-rewriting.ts', [file])).toMatchObject({ signal: 'SIGKILL' })
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect(readdirSync(dir)).toHaveLength(3)
    new RunsLayout(file).end(outcome({ id: 'two' }))
    expect(rows()).toMatchObject([{ run_id: 'one' }, { run_id: 'two' }])
    expect(readdirSync(dir)).toEqual(['swanlab_run.csv'])
  })

  it.runIf(hasPython())('writes what the csv module of Python reads', () => {
    new RunsLayout(file).end(
      outcome({ id: 'one', description: 'a "b",\r\nc' }, [
        ['=x', 1],
        ['a,b', -1.5],
      ]),
    )
    const program = 'import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="")))))'
    expect(JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }))).toMatchObject([
      { run_id: 'one', description: 'a "b",\r\nc', "'=x": '1', 'a,b': '-1.5' },
    ])
  })
})

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', ''])
    return true
  } catch {
    return false
  }
}
