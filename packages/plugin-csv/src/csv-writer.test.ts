import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SwanKitCallback, SwanLabError } from '@swanlab/core'
import { describe, expect, it } from 'vitest'
import { testRun } from '../../core/src/kernel/testing/test-run.ts'
import { CSVWriter } from './index.ts'
import { folder } from './testing/folder.ts'
import { outcome, runInfo, step } from './testing/payloads.ts'

describe('CSVWriter', () => {
  it('is a callback of that name, unless it is given another', () => {
    expect(new CSVWriter()).toBeInstanceOf(SwanKitCallback)
    expect(new CSVWriter().name).toBe('CSVWriter')
    expect(new CSVWriter({ name: 'steps' }).name).toBe('steps')
  })

  it('writes a row a run by default', () => {
    const dir = folder()
    const writer = new CSVWriter({ dir })
    writer.apply()
    writer.onRun(runInfo())
    expect(writer.onLog).toBe(undefined)
    expect(readdirSync(dir)).toEqual([])
    expect(writer.onStop(outcome({}, [['loss', 1]]))).toBe(undefined)
    expect(readFileSync(path.join(dir, 'swanlab_run.csv'), 'utf8')).toMatch(/,url,loss\r\ndemo,first,.*,1\r\n$/)
  })

  it('writes a row a step when told to', () => {
    const dir = folder()
    const writer = new CSVWriter({ dir, filename: 'x.csv', layout: 'steps' })
    writer.apply()
    writer.onRun(runInfo({ id: 'one' }))
    writer.onLog!(step(3, { loss: 1 }))
    writer.onStop(outcome({ id: 'one' }))
    expect(readFileSync(path.join(dir, 'x-one.csv'), 'utf8')).toBe('step,time,loss\r\n3,1700000000003,1\r\n')
    expect(readdirSync(dir)).toEqual(['x-one.csv'])
  })

  it('gets its rows from a run, in both layouts at once', async () => {
    const dir = folder()
    const { run } = await testRun([new CSVWriter({ dir }), new CSVWriter({ dir, layout: 'steps', name: 'steps' })], {
      config: { lr: 0.1 },
    })
    for (const loss of [3, 2, 1]) run.log({ loss })
    const { callbacks } = await run.finish()
    expect(callbacks.filter(({ failures }) => failures > 0)).toEqual([])
    const [header, row] = readFileSync(path.join(dir, 'swanlab_run.csv'), 'utf8').split('\r\n')
    expect(header).toMatch(/,config\/lr,loss$/)
    expect(row).toMatch(new RegExp(`,${run.id},.*,0\\.1,1$`))
    const steps = readFileSync(path.join(dir, `swanlab_run-${run.id}.csv`), 'utf8')
      .trimEnd()
      .split('\r\n')
    expect(steps.map((line) => line.replace(/,\d{13},/, ',…,'))).toEqual(['step,time,loss', '0,…,3', '1,…,2', '2,…,1'])
  })

  it('can be rebuilt in a process that works elsewhere', async () => {
    const dir = path.relative(process.cwd(), folder())
    const resident = new CSVWriter({ dir, name: 'mine' }).resident!
    expect(resident).toMatchObject({ package: '@swanlab/plugin-csv', export: 'CSVWriter' })
    const options: object = JSON.parse(JSON.stringify(resident.options))
    expect(options).toEqual({ dir: path.resolve(dir), filename: 'swanlab_run.csv', layout: 'runs', name: 'mine' })
    const module: Record<string, typeof CSVWriter | undefined> = await import(resident.module)
    const Rebuilt = module[resident.export] ?? expect.fail('not exported')
    new Rebuilt(options).onStop(outcome())
    expect(readdirSync(dir)).toEqual(['swanlab_run.csv'])
  })

  it('leaves it to a subclass to say how that can be rebuilt', () => {
    class Mine extends CSVWriter {}
    expect(new Mine({ dir: folder() }).resident).toBeUndefined()
  })

  it.each<[unknown, string]>([
    [{ directory: 'x' }, '"directory": no such option; there are dir, filename, layout, name'],
    [{ __proto__: null, constructor: 1 }, '"constructor": no such option; there are dir, filename, layout, name'],
    [{ dir: 7 }, 'dir: takes a path, but got 7'],
    [{ dir: 'a\0b' }, String.raw`dir: takes a path, but got "a\u0000b"`],
    [{ filename: '../x.csv' }, 'filename: takes the name of a file, without a folder, but got "../x.csv"'],
    [{ filename: '..' }, 'filename: takes the name of a file, without a folder, but got ".."'],
    [{ filename: '' }, 'filename: takes the name of a file, without a folder, but got ""'],
    [{ layout: 'rows' }, 'layout: takes "runs" or "steps", but got "rows"'],
    [{ name: ' ' }, 'name: takes text that is not empty, without blanks around it, but got " "'],
    ['logs', 'options: takes an object of options, but got text'],
    [null, 'options: takes an object of options, but got null'],
  ])('refuses %j', (options, problem) => {
    const error = new SwanLabError('INVALID_OPTION', `Wrong options for CSVWriter:\n  ${problem}`)
    expect(() => Reflect.construct(CSVWriter, [options])).toThrow(error)
  })
})
