import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ending, useHome } from './testing/cli.ts'
import { record, START } from './testing/runs.ts'

const home = useHome()

describe('runs', () => {
  it('shows every run, the newest first, and those that nobody will end', async () => {
    const logdir = join(home.dir, 'swanlog')
    record(logdir, { id: 'old', losses: [0.5, 0.25], state: 'finished' })
    record(logdir, { id: 'dead', name: '天鹅', losses: [NaN], startTime: START + 60_000 })
    record(logdir, { id: 'alive', name: 'evil\u001B[2J\nrow', startTime: START + 120_000, pid: process.pid })
    const empty = join(logdir, 'run-20260401_101500-empty')
    mkdirSync(empty)
    mkdirSync(join(logdir, 'run-of-somebody-else'))
    writeFileSync(join(empty, 'journal.jsonl'), 'nonsense\n')
    const [table, json] = await Promise.all([home.run(['runs']), home.run(['runs', logdir, '--json'])])
    expect(table).toMatchObject({ code: 0, stderr: '' })
    expect(table.stdout.split('\n')).toEqual([
      'NAME                       ID     PROJECT  STATE       STEPS  LAST METRICS  STARTED',
      'evil\uFFFD[2J row               alive  cats     running     0      -             2026-04-01 10:17:00',
      '天鹅                       dead   cats     lost        1      loss=NaN      2026-04-01 10:16:00',
      'swan-1                     old    cats     finished    2      loss=0.25     2026-04-01 10:15:00',
      'run-20260401_101500-empty  -      -        unreadable  0      -             -',
      '',
    ])
    expect(JSON.parse(json.stdout)).toMatchObject([
      { id: 'alive', state: 'running', startTime: START + 120_000, steps: 0, damaged: 0 },
      { id: 'dead', state: 'lost', metrics: { loss: 'NaN' } },
      { id: 'old', state: 'finished', project: 'cats', metrics: { loss: 0.25 } },
      { dir: empty, state: 'unreadable', damaged: 1 },
    ])
  })

  it('takes a run folder, a folder where programs ran, and the data of a server', async () => {
    const dir = record(join(home.dir, 'swanlog'), { id: 'one' })
    record(join(home.dir, 'swanlog'), { id: 'two' })
    record(join(home.dir, 'swanlab-data/projects/alice/cats'), { id: 'hers', workspace: 'alice' })
    record(join(home.dir, 'swanlab-data/projects/bob/cats'), { id: 'his', workspace: 'bob' })
    const found = await Promise.all(
      [dir, 'swanlog', '.', 'swanlab-data', 'swanlab-data/projects/alice'].map(async (folder) => {
        const { code, stdout, stderr } = await home.run(['runs', folder])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const rows = stdout.trim().split('\n').slice(1)
        return rows.map((row) => row.split(/\s+/).slice(1, 3).join(' ')).toSorted()
      }),
    )
    expect(found).toEqual([
      ['one cats'],
      ['one cats', 'two cats'],
      ['one cats', 'two cats'],
      ['hers alice/cats', 'his bob/cats'],
      ['hers alice/cats'],
    ])
  })

  it('says that there are none, and fails without a folder', async () => {
    home.env['SWANLAB_LOG_DIR'] = join(home.dir, 'elsewhere')
    mkdirSync(home.env['SWANLAB_LOG_DIR'])
    writeFileSync(join(home.dir, 'notes.txt'), '')
    const [none, nowhere, file] = await Promise.all([
      home.run(['runs']),
      home.run(['runs', 'nowhere']),
      home.run(['runs', 'notes.txt']),
    ])
    expect(file).toMatchObject({ code: 1, stdout: '' })
    expect(file.stderr).toMatch(/notes\.txt is a file, not a folder\.\n$/)
    expect(none).toMatchObject({ code: 0, stdout: `There are no runs in ${home.env['SWANLAB_LOG_DIR']}.\n` })
    expect(nowhere).toMatchObject({ code: 1, stdout: '' })
    expect(nowhere.stderr).toMatch(/^swanlab: There is no folder [^\n]*nowhere\.\n$/)
  })
})

describe('replay', () => {
  it('writes the rows of a run, also of one that died, to the file that is named', async () => {
    const dir = record(home.dir, { id: 'dead', losses: [0.5, 0.25] })
    appendFileSync(join(dir, 'journal.jsonl'), '{"type":"log","step":2,"ti')
    writeFileSync(join(home.dir, 'out.csv'), 'what was there before')
    const { code, stdout, stderr } = await home.run(['replay', dir, '--to', 'csv', '-o', 'out.csv'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(home.dir, 'out.csv')}: 2 rows\n` })
    expect(stderr).toContain('1 damaged line of the journal is left out')
    expect(readFileSync(join(home.dir, 'out.csv'), 'utf8').split('\r\n')).toEqual([
      'step,time,loss',
      `0,${START},0.5`,
      `1,${START + 1000},0.25`,
      '',
    ])
    expect(readdirSync(home.dir).toSorted()).toEqual(['out.csv', 'run-20260401_101500-dead'])
  })

  it('names the file like the folder, and follows a living run until somebody interrupts', async () => {
    const dir = record(home.dir, { id: 'alive', losses: [1], pid: process.pid })
    const child = home.start(['replay', dir, '--to', 'csv'])
    const ended = ending(child)
    await expect.poll(() => readdirSync(home.dir)).toHaveLength(2)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({
      signal: 'SIGINT',
      stderr: expect.stringContaining('still being recorded') as string,
    })
    expect(readdirSync(home.dir)).toEqual(['run-20260401_101500-alive'])
    const over = record(home.dir, { id: 'over', losses: [1], state: 'finished' })
    expect(await home.run(['replay', over, '--to', 'csv'])).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(`${over}.csv`)).toBe(true)
  })

  it('fails in one line', async () => {
    const empty = record(home.dir, { id: 'empty', state: 'finished' })
    writeFileSync(join(home.dir, 'notes.txt'), '')
    const [none, file, parent, steps, folder, nowhere] = await Promise.all([
      home.run(['replay', 'nowhere', '--to', 'csv']),
      home.run(['replay', 'notes.txt', '--to', 'csv']),
      home.run(['replay', home.dir, '--to', 'csv']),
      home.run(['replay', empty, '--to', 'csv']),
      home.run(['replay', empty, '--to', 'csv', '-o', '.']),
      home.run(['replay', empty, '--to', 'csv', '-o', 'nowhere/x.csv']),
    ])
    expect(folder).toMatchObject({ code: 1, stderr: `swanlab: ${home.dir} is a folder; --output takes a file.\n` })
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: `swanlab: There is no folder ${join(home.dir, 'nowhere')} to write into.\n`,
    })
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toMatch(/^swanlab: There is no run in [^\n]*: there is no such folder\.\n$/)
    expect(file.stderr).toMatch(/^swanlab: There is no run in [^\n]*: it is a file, not the folder of a run\.\n$/)
    expect(parent.stderr).toContain(`it is a folder of runs, such as ${empty}.`)
    expect(steps).toMatchObject({ code: 1, stdout: '' })
    expect(steps.stderr).toMatch(/^swanlab: The run has no steps; [^\n]*\n$/)
  })
})

it('a FIFO or a link in the place of a journal is named at once, and the other runs are there', async () => {
  const logdir = join(home.dir, 'swanlog')
  record(logdir, { id: 'fine', losses: [1], state: 'finished' })
  const secret = record(join(home.dir, 'elsewhere'), { id: 'secret', state: 'finished' })
  const [fifo, link] = ['fifo', 'link'].map((name) => join(logdir, `run-20260401_101500-${name}`))
  for (const dir of [fifo!, link!]) mkdirSync(dir)
  execFileSync('mkfifo', [join(fifo!, 'journal.jsonl')])
  symlinkSync(join(secret, 'journal.jsonl'), join(link!, 'journal.jsonl'))
  const [runs, ...replays] = await Promise.all([
    home.run(['runs', '--json']),
    home.run(['replay', fifo!, '--to', 'csv']),
    home.run(['replay', link!, '--to', 'csv']),
  ])
  expect(JSON.parse(runs.stdout)).toMatchObject([{ id: 'fine' }])
  expect(runs.stderr).toContain(`${join(fifo!, 'journal.jsonl')} is no regular file; it is left alone.`)
  expect(runs.stderr).toContain(`${join(link!, 'journal.jsonl')} is a symbolic link; it is left alone.`)
  for (const { code, stderr } of replays) expect([code, stderr]).toEqual([1, expect.stringContaining('left alone')])
})
