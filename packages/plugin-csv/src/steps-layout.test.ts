import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { LogRecord } from '@swanlab/core'
import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseCsv } from './csv.ts'
import { undefuse } from './formula.ts'
import { readWaiting } from './steps-header.ts'
import { StepsFile } from './steps-file.ts'
import { StepsLayout } from './steps-layout.ts'
import { folder } from './testing/folder.ts'
import { runInfo, step } from './testing/payloads.ts'
import { runProgram } from './testing/processes.ts'

let dir: string
let file: string

beforeEach(() => {
  dir = folder()
  file = path.join(dir, 'swanlab_run-one.csv')
})

function layout(): StepsLayout {
  return new StepsLayout(path.join(dir, 'swanlab_run.csv'))
}

function cells(of = file): string[][] {
  return [...parseCsv(readFileSync(of, 'utf8'))].map((record) => record.cells)
}

/** What was logged, as the file tells it. Every row must be as long as the header. */
function logged(of = file): LogRecord[] {
  const [header = [], ...rows] = cells(of)
  return rows.map(([number, time, ...values]) => {
    expect(values).toHaveLength(header.length - 2)
    const named = values.map((value, n) => [undefuse(header[n + 2] ?? ''), value] as const)
    return {
      step: Number(number),
      time: Number(time),
      data: Object.fromEntries(named.filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)])),
    }
  })
}

/** Logs so many new keys that the header may not be rewritten for each. @returns the number of steps. */
function logManyKeys(steps: StepsFile | StepsLayout): number {
  const count = 200
  for (let n = 0; n < count; n++) {
    const record = step(n, { loss: n, [`key "${n}"`]: n })
    if (steps instanceof StepsFile) steps.write(record)
    else steps.log(record)
  }
  return count
}

function columnOf(key: string): string {
  return /^(metric\/)?step$/.test(key) ? `metric/${key}` : key
}

describe('StepsLayout', () => {
  it('writes a row for each step into a file for each run', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    expect(readdirSync(dir)).toEqual([])
    steps.log(step(0, { loss: 0.5 }))
    expect(readFileSync(file, 'utf8')).toBe('step,time,loss\r\n0,1700000000000,0.5\r\n')
    steps.log(step(1, { loss: NaN }))
    steps.end()
    steps.begin(runInfo({ id: 'two' }))
    steps.log(step(0, { acc: -Infinity }))
    steps.end()
    expect(readFileSync(file, 'utf8')).toBe('step,time,loss\r\n0,1700000000000,0.5\r\n1,1700000000001,NaN\r\n')
    expect(readFileSync(path.join(dir, 'swanlab_run-two.csv'), 'utf8')).toBe(
      'step,time,acc\r\n0,1700000000000,-Infinity\r\n',
    )
    expect(readdirSync(dir)).toHaveLength(2)
  })

  it('makes no file for a run without steps', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    steps.end()
    expect(readdirSync(dir)).toEqual([])
  })

  it('keeps the file rectangular while columns come late', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    const records = [step(0, { a: 1 }), step(1, { b: 2 }), step(2, { a: 3 }), step(3, { c: 4, a: 5 })]
    for (const [n, record] of records.entries()) {
      steps.log(record)
      expect(logged()).toEqual(records.slice(0, n + 1))
    }
    expect(cells()[0]).toEqual(['step', 'time', 'a', 'b', 'c'])
    expect(readdirSync(dir)).toHaveLength(1)
  })

  it('lets no metric take the columns step and time', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    steps.log(step(7, { step: 1, time: 2, 'metric/step': 3, ['__proto__']: 4, constructor: 5, '=x': 6, 'a\n"b': 7 }))
    steps.end()
    expect(cells()).toEqual([
      ['step', 'time', 'metric/step', 'metric/time', 'metric/metric/step', '__proto__', 'constructor', "'=x", 'a\n"b'],
      ['7', '1700000000007', '1', '2', '3', '4', '5', '6', '7'],
    ])
  })

  it('rewrites in proportion only: names wait beside the file until the end', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    const count = logManyKeys(steps)
    const waiting = readWaiting(`${file}.columns`)
    expect(waiting.length).toBeGreaterThan(100)
    expect(cells()[0]).toHaveLength(count + 3 - waiting.length)
    steps.end()
    expect(existsSync(`${file}.columns`)).toBe(false)
    expect(logged()).toEqual(Array.from({ length: count }, (_, n) => step(n, { loss: n, [`key "${n}"`]: n })))
  })

  it('takes ten thousand keys at once, and after others', () => {
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`${'k'.repeat(500)}${n}`, n]))
    steps.log(step(0, { loss: 1 }))
    steps.log(step(1, data))
    steps.log(step(2, { loss: 2 }))
    steps.end()
    expect(logged()).toEqual([step(0, { loss: 1 }), step(1, data), step(2, { loss: 2 })])
  })

  it('records steps that another callback logs before `onRun` and after the end', () => {
    const steps = layout()
    steps.reset()
    steps.log(step(0, { early: 1 }))
    steps.begin(runInfo({ id: 'one' }))
    steps.log(step(1, { loss: 1 }))
    steps.end()
    steps.log(step(2, { late: 1 }))
    const all = [step(0, { early: 1 }), step(1, { loss: 1 }), step(2, { late: 1 })]
    expect(logged()).toEqual(all)
    steps.reset()
    steps.log(step(0, { next: 1 }))
    steps.begin(runInfo({ id: 'two' }))
    steps.end()
    expect(logged()).toEqual(all)
    expect(logged(path.join(dir, 'swanlab_run-two.csv'))).toEqual([step(0, { next: 1 })])
  })

  it('goes on in the file of a resumed run, and starts anew otherwise', () => {
    for (const [resumed, number] of [
      [false, 0],
      [true, 1],
      [true, 2],
    ] as const) {
      const steps = layout()
      steps.begin(runInfo({ id: 'one', resumed }))
      steps.log(step(number, { loss: number, [`only${number}`]: 1 }))
      steps.end()
    }
    expect(logged()).toEqual([0, 1, 2].map((n) => step(n, { loss: n, [`only${n}`]: 1 })))
    const steps = layout()
    steps.begin(runInfo({ id: 'one' }))
    steps.log(step(5, { acc: 1 }))
    steps.end()
    expect(logged()).toEqual([step(5, { acc: 1 })])
  })

  it('writes the same file when a resumed part is replayed', () => {
    const parts = [
      [step(0, { a: 1 }), step(1, { a: 2 })],
      [step(2, { a: 3 }), step(3, { b: 4 })],
    ]
    const replay = (part: number): void => {
      const steps = layout()
      steps.begin(runInfo({ id: 'one', resumed: part > 0 }))
      for (const record of parts[part] ?? []) steps.log(record)
      steps.end()
    }
    replay(0)
    replay(1)
    const once = readFileSync(file, 'utf8')
    replay(1)
    expect(readFileSync(file, 'utf8')).toBe(once)
    expect(logged()).toEqual(parts.flat())
  })

  it('does not touch a file that is not one of steps', () => {
    writeFileSync(file, 'mine,alone\n1,2\n')
    for (const resumed of [false, true]) {
      const steps = layout()
      steps.begin(runInfo({ id: 'one', resumed }))
      expect(() => steps.log(step(0, { loss: 1 }))).toThrow(`could not write step 0 to ${file}: it is there already`)
      steps.end()
    }
    expect(readFileSync(file, 'utf8')).toBe('mine,alone\n1,2\n')
  })

  it('names a run whose id is no file name by a hash', () => {
    const steps = layout()
    steps.begin(runInfo({ id: '../../evil' }))
    steps.log(step(0, { loss: 1 }))
    steps.end()
    expect(readdirSync(dir)[0]).toMatch(/^swanlab_run-[0-9a-f]{21}\.csv$/)
  })

  it('loses nothing when the process is killed', async () => {
    expect(await runProgram('die-logging.ts', [dir, '1000'])).toMatchObject({ signal: 'SIGKILL' })
    const all = Array.from({ length: 1_000 }, (_, n) => step(n, n < 500 ? { loss: n } : { loss: n, acc: n }))
    expect(logged(path.join(dir, 'swanlab_run-abcdefghijklmnopqrstu.csv'))).toEqual(all)
  })

  it('gives every value back, whatever is logged and however often the run is resumed', () => {
    const key = fc.constantFrom('a', 'b', 'loss', 'step', 'metric/step', '=x', 'a,b', '"')
    const data = fc.dictionary(key, fc.double({ noNaN: true }), { minKeys: 1, noNullPrototype: true })
    let runs = 0
    fc.assert(
      fc.property(
        fc.array(fc.array(data, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        (sessions) => {
          const id = `run${runs++}`
          let number = 0
          const records: LogRecord[] = []
          for (const session of sessions) {
            const steps = layout()
            steps.begin(runInfo({ id, resumed: number > 0 }))
            for (const values of session) {
              const record = step(number++, values)
              records.push(record)
              steps.log(record)
            }
            steps.end()
          }
          const expected = records.map((record) => ({
            ...record,
            data: Object.fromEntries(Object.entries(record.data).map(([name, value]) => [columnOf(name), value])),
          }))
          expect(logged(path.join(dir, `swanlab_run-${id}.csv`))).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('StepsFile', () => {
  it('repairs a file whose writer was killed: names that wait, and half a row', () => {
    const count = logManyKeys(new StepsFile(file, false))
    const whole = statSync(file).size
    writeFileSync(file, '200,17000000', { flag: 'a' })
    writeFileSync(`${file}.columns`, '"half a na', { flag: 'a' })
    writeFileSync(`${file}.tmp`, 'left over')
    const resumed = new StepsFile(file, true)
    resumed.write(step(count, { loss: 1, fresh: 2 }))
    resumed.finish()
    expect(whole).toBeGreaterThan(0)
    expect(logged()).toEqual([
      ...Array.from({ length: count }, (_, n) => step(n, { loss: n, [`key "${n}"`]: n })),
      step(count, { loss: 1, fresh: 2 }),
    ])
    expect(readdirSync(dir)).toEqual([path.basename(file)])
  })

  it('completes the header of a lost run when it is given only the end', () => {
    const count = logManyKeys(new StepsFile(file, false))
    new StepsFile(file, false).finish()
    expect(logged()).toHaveLength(count)
    expect(existsSync(`${file}.columns`)).toBe(false)
  })

  it('goes on with the line ends and the byte order mark it finds', () => {
    writeFileSync(file, '\uFEFFstep,time,loss\n0,1700000000000,1\n')
    const steps = new StepsFile(file, true)
    steps.write(step(1, { loss: 2 }))
    steps.finish()
    expect(readFileSync(file, 'utf8')).toBe('\uFEFFstep,time,loss\n0,1700000000000,1\n1,1700000000001,2\n')
  })

  it('begins anew after a header that was cut off', () => {
    writeFileSync(file, 'step,time,lo')
    const steps = new StepsFile(file, true)
    steps.write(step(1, { loss: 2 }))
    expect(logged()).toEqual([step(1, { loss: 2 })])
    steps.finish()
  })

  it.skipIf(process.platform === 'win32')('has whole rows only when the disk takes no more', async () => {
    const { output } = await runProgram('log-until-full.ts', [file], { fileBlocks: 8 })
    const accepted = Number.parseInt(output, 10)
    expect(output).toContain(`could not write step ${accepted} to ${file}: EFBIG`)
    expect(logged()).toEqual(Array.from({ length: accepted }, (_, n) => step(n, { loss: n })))
    expect(accepted).toBeGreaterThan(100)
  })
})
