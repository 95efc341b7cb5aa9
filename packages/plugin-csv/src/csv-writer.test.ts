import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { SwanKitCallback, SwanLabError } from '@swanlab/core'
import { describe, expect, it } from 'vitest'
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

  it('can be rebuilt in a process that works elsewhere', async () => {
    const dir = path.relative(process.cwd(), folder())
    const { resident } = new CSVWriter({ dir, name: 'mine' })
    expect(resident).toMatchObject({ package: '@swanlab/plugin-csv', export: 'CSVWriter' })
    const options: object = JSON.parse(JSON.stringify(resident.options))
    expect(options).toEqual({ dir: path.resolve(dir), filename: 'swanlab_run.csv', layout: 'runs', name: 'mine' })
    const module: Record<string, typeof CSVWriter | undefined> = await import(resident.module)
    const Rebuilt = module[resident.export] ?? expect.fail('not exported')
    new Rebuilt(options).onStop(outcome())
    expect(readdirSync(dir)).toEqual(['swanlab_run.csv'])
  })

  it.each<[unknown, string]>([
    [{ directory: 'x' }, 'CSVWriter: knows no option "directory"; there are dir, filename, layout, name.'],
    [
      { __proto__: null, constructor: 1 },
      'CSVWriter: knows no option "constructor"; there are dir, filename, layout, name.',
    ],
    [{ dir: 7 }, 'CSVWriter: "dir" takes a path, but got 7.'],
    [{ dir: 'a\0b' }, 'CSVWriter: "dir" takes a path, but got \'a\\x00b\'.'],
    [
      { filename: '../x.csv' },
      'CSVWriter: "filename" takes the name of a file, without a folder, but got \'../x.csv\'.',
    ],
    [{ filename: '..' }, 'CSVWriter: "filename" takes the name of a file, without a folder, but got \'..\'.'],
    [{ filename: '' }, 'CSVWriter: "filename" takes the name of a file, without a folder, but got \'\'.'],
    [{ layout: 'rows' }, 'CSVWriter: "layout" takes "runs" or "steps", but got \'rows\'.'],
    [{ name: ' ' }, 'CSVWriter: "name" takes a non-empty string, but got \' \'.'],
    ['logs', "CSVWriter: takes an object of options, but got 'logs'."],
    [null, 'CSVWriter: takes an object of options, but got null.'],
  ])('refuses %j', (options, message) => {
    expect(() => Reflect.construct(CSVWriter, [options])).toThrow(new SwanLabError('INVALID_OPTION', message))
  })
})
