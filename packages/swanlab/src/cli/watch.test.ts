import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { ending, useHome, type Ended } from './testing/cli.ts'
import { record } from './testing/runs.ts'

const home = useHome()

interface Started {
  readonly child: ChildProcessWithoutNullStreams
  readonly url: URL
  /** What it prints before the address. */
  readonly output: string
  readonly ended: Promise<Ended>
}

async function start(...args: string[]): Promise<Started> {
  const child = home.start(['watch', ...args])
  const ended = ending(child)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      output += text
      const address = /^http:\S+$/m.exec(output)?.[0]
      if (address) resolve(address)
    })
    void ended.then(({ stderr }) => reject(new Error(stderr)))
  })
  return { child, url: new URL(url), output, ended }
}

async function interrupt({ child, ended }: Started): Promise<Ended> {
  child.kill('SIGINT')
  return ended
}

async function runsAt(url: URL): Promise<string[]> {
  const response = await fetch(new URL('/api/dashboard/runs', url), {
    headers: { authorization: `Bearer ${url.hash.slice('#t='.length)}` },
  })
  const { runs } = (await response.json()) as { runs: { id: string }[] }
  return runs.map(({ id }) => id)
}

describe('watch', () => {
  it('shows the runs of several logdirs, and ends at once on Ctrl-C', async () => {
    record(join(home.dir, 'swanlog'), { id: 'one', losses: [1], state: 'finished' })
    const two = record(join(home.dir, 'other'), { id: 'two', losses: [1], state: 'finished' })
    const watch = await start('swanlog', two, 'missing', '--port', '0')
    expect((await runsAt(watch.url)).toSorted()).toEqual(['one', 'two'])
    const { code, stderr } = await interrupt(watch)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `swanlab: There is no folder ${join(home.dir, 'missing')} yet; its runs are shown as soon as there are any.\n`,
    })
  })

  it('takes the next free port when the one that is asked for is taken, and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const watch = await start('--port', String(port))
    expect(Number(watch.url.port)).toBeGreaterThan(port)
    const { stderr } = await interrupt(watch)
    expect(stderr).toContain(`swanlab: Port ${port} is taken; this is ${watch.url.port}.\n`)
    other.close()
  })

  it('starts a browser with an address that is good once and holds no token', async () => {
    const opened = browser()
    const watch = await start('--port', '0')
    await vi.waitFor(() => expect(existsSync(opened)).toBe(true), { timeout: 20_000 })
    const once = readFileSync(opened, 'utf8').trim()
    expect(once).not.toContain(watch.url.hash.slice('#t='.length))
    const first = await fetch(once, { redirect: 'manual' })
    expect([first.status, first.headers.get('location')]).toEqual([303, `/${watch.url.hash}`])
    expect((await fetch(once, { redirect: 'manual' })).status).toBe(410)
    expect(await interrupt(watch)).toMatchObject({ code: 0 })
  })

  it('prints the tunnel over ssh, and opens no browser', async () => {
    const opened = browser()
    home.env['SSH_CONNECTION'] = '10.0.0.1 50000 10.0.0.2 2222'
    const watch = await start('--port', '0')
    const { port } = watch.url
    expect(watch.output).toContain(
      `On your own machine: ssh -L ${port}:127.0.0.1:${port} -p 2222 ${userInfo().username}@10.0.0.2\n`,
    )
    await runsAt(watch.url)
    await interrupt(watch)
    expect(existsSync(opened)).toBe(false)
  })

  it('says who can look when it listens on more than this machine', async () => {
    const watch = await start('--port', '0', '--host', '0.0.0.0', '--no-open')
    expect(watch.url.hash).toMatch(/^#t=[\w-]{22}$/)
    const { stderr } = await interrupt(watch)
    expect(stderr).toMatch(/Listening on 0\.0\.0\.0: whoever has the address, which holds the token, can look\./)
  })

  it('keeps its token in a file that is private', async () => {
    const file = join(home.dir, 'token')
    const first = await start('--port', '0', '--token-file', file)
    await interrupt(first)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const second = await start('--port', '0', '--token-file', file)
    await interrupt(second)
    expect(second.url.hash).toBe(first.url.hash)
    chmodSync(file, 0o644)
    expect(await home.run(['watch', '--token-file', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('can be read by others') as string,
    })
  })

  it('answers in JSON', async () => {
    const child = home.start(['watch', '--json', '--port', '0'])
    const ended = ending(child)
    let output = ''
    child.stdout.on('data', (text: string) => (output += text))
    await vi.waitFor(() => expect(output).toMatch(/^\}$/m), { timeout: 20_000 })
    const { url, port, folders } = JSON.parse(output) as { url: string; port: number; folders: string[] }
    expect(new URL(url).port).toBe(String(port))
    expect(folders).toEqual([join(home.dir, 'swanlog')])
    await interrupt({ child, ended, url: new URL(url), output })
  })
})

describe('export', () => {
  it('writes all points in a long and in a wide form', async () => {
    const dir = record(home.dir, { id: 'one', losses: [0.5, Number.NaN], state: 'finished' })
    const [long, wide, none] = await Promise.all([
      home.run(['export', dir, '--csv']),
      home.run(['export', dir, '--csv', 'wide', '--output', 'all.csv']),
      home.run(['export', dir]),
    ])
    const run = 'run-20260401_101500-one'
    expect(long).toMatchObject({ code: 0, stderr: '' })
    expect(long.stdout.split('\n')).toEqual([
      'run,step,time,key,value',
      `${run},0,2026-04-01T10:15:00.000Z,loss,0.5`,
      `${run},1,2026-04-01T10:15:01.000Z,loss,NaN`,
      '',
    ])
    expect(wide).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(home.dir, 'all.csv'), 'utf8').split('\n')).toEqual([
      'run,step,time,loss',
      `${run},0,2026-04-01T10:15:00.000Z,0.5`,
      `${run},1,2026-04-01T10:15:01.000Z,NaN`,
      '',
    ])
    expect(none).toMatchObject({ code: 2 })
  })

  it('writes one page with the charts of several runs', async () => {
    const one = record(home.dir, { id: 'one', losses: [0.5, Number.NaN], state: 'finished' })
    const two = record(home.dir, { id: 'two', losses: [0.25], state: 'finished' })
    const [file, again, stdout] = [
      await home.run(['export', one, two, '--html', 'runs.html']),
      await home.run(['export', one, '--html', 'runs.html']),
      await home.run(['export', one, two, '--html']),
    ]
    expect(file).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const page = readFileSync(join(home.dir, 'runs.html'), 'utf8')
    const json = /id="saved-view">(?<json>.*)<\/script>/.exec(page)!.groups!['json']!
    const { runs, keys } = JSON.parse(json) as { runs: { row: { id: string } }[]; keys: string[] }
    expect(runs.map(({ row }) => row.id)).toEqual(['one', 'two'])
    expect(keys).toEqual(['loss'])
    expect(stdout.stdout.replace(/"savedAt":\d+/, '')).toBe(page.replace(/"savedAt":\d+/, ''))
    // A file that is there is never written over.
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('runs.html') as string })
    expect(readFileSync(join(home.dir, 'runs.html'), 'utf8')).toBe(page)
  })

  it('says what is wrong with what was asked for', async () => {
    const dir = record(home.dir, { id: 'one', losses: [1], state: 'finished' })
    const said = async (...args: string[]): Promise<unknown> => {
      const { code, stderr } = await home.run(['export', ...args])
      return [code, stderr]
    }
    const saying = (text: string): string => expect.stringContaining(text) as string
    const [neither, both, names, nothing, damaged] = await Promise.all([
      said(dir),
      said(dir, '--csv', '--html'),
      said(dir, '--html', 'a.html', '--output', 'b.html'),
      said('nowhere', '--html', 'a.html'),
      said(unreadable(), '--html', 'a.html'),
    ])
    expect(neither).toEqual([2, saying('say as what: --csv or --html')])
    expect(both).toEqual([2, saying("option '--html [file]' cannot be used with option '--csv [form]'")])
    expect(names).toEqual([2, saying('two names, a.html and b.html')])
    expect(nothing).toEqual([1, saying('There is no run in nowhere.')])
    expect(damaged).toEqual([1, saying('run-damaged cannot be read')])
    expect(existsSync(join(home.dir, 'a.html'))).toBe(false)
  })
})

/** A journal that does not say which run it is of. */
function unreadable(): string {
  const dir = join(home.dir, 'elsewhere', 'run-damaged')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'journal.jsonl'), 'nothing\n')
  return dir
}

/** A browser that writes down what it is to open. @returns where. */
function browser(): string {
  const opened = join(home.dir, 'opened')
  const bin = join(home.dir, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`, {
    mode: 0o755,
  })
  Object.assign(home.env, { PATH: `${bin}:${home.env['PATH']}`, DISPLAY: ':9' })
  return opened
}
