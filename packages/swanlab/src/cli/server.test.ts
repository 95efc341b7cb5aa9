import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ending, useHome, type Ended } from './testing/cli.ts'
import { record } from './testing/runs.ts'

const home = useHome()

/** Starts a server on a free port. @returns what it prints before it listens, and how it ends. */
async function start(): Promise<{
  child: ChildProcessWithoutNullStreams
  output: string
  url: string
  ended: Promise<Ended>
}> {
  const child = home.start(['server', '--data', 'data', '--port', '0'])
  const ended = ending(child)
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      output += text
      const listening = /^Listening on (\S+), /m.exec(output)?.[1]
      if (listening) resolve(listening)
    })
    void ended.then(({ stderr }) => reject(new Error(stderr)))
  })
  return { child, output, url, ended }
}

const keyIn = (text: string): string | undefined => /^export SWANLAB_API_KEY=([0-9A-Za-z]{21})$/m.exec(text)?.[1]

/** Whose key the server says it is. */
async function nameOf(key: string): Promise<string> {
  home.env['SWANLAB_API_KEY'] = key
  const { stdout } = await home.run(['verify', '--json'])
  return (JSON.parse(stdout) as { username: string }).username
}

describe('server', () => {
  it('makes a user once, takes runs, closes on a signal, and knows everything when it is back', async () => {
    const first = await start()
    const key = keyIn(first.output)!
    expect(key).toBeDefined()
    expect(first.output).toContain(`export SWANLAB_API_HOST=${first.url}\n`)
    Object.assign(home.env, { SWANLAB_API_KEY: key, SWANLAB_API_HOST: first.url })
    const folder = record(join(home.dir, 'swanlog'), { id: 'a'.repeat(21), losses: [2, 1], state: 'finished' })
    const [sync, alice] = await Promise.all([
      home.run(['sync', folder]),
      home.run(['server', 'user', 'add', 'alice', '--data', 'data']),
    ])
    expect(sync).toMatchObject({ code: 0, stdout: expect.stringContaining(`uploaded to ${first.url}/@`) as string })
    const [further, twice, ping, beside] = await Promise.all([
      home.run(['server', '--data', 'data', 'key', 'add', 'alice']),
      home.run(['server', 'user', 'add', 'alice', '--data', 'data']),
      home.run(['ping']),
      home.run(['server', '--data', 'data', '--port', '0']),
    ])
    expect(beside).toMatchObject({ code: 1, stdout: '' })
    expect(beside.stderr).toMatch(/^swanlab: Another server, [^\n]*\n$/)
    expect(ping).toMatchObject({ code: 0 })
    expect(twice).toMatchObject({ code: 1, stdout: '', stderr: 'swanlab: user alice exists\n' })
    expect(await nameOf(alice.stdout.trim())).toBe('alice')
    first.child.kill('SIGTERM')
    const { code, stderr } = await first.ended
    expect([code, stderr]).toEqual([0, 'swanlab: SIGTERM: closing.\n'])

    const second = await start()
    expect(keyIn(second.output)).toBeUndefined()
    home.env['SWANLAB_API_HOST'] = second.url
    const names = await Promise.all([key, further.stdout.trim()].map(nameOf))
    expect(names[1]).toBe('alice')
    expect(first.output).toContain(`Made the user ${names[0]}.`)
    second.child.kill('SIGINT')
    expect(await second.ended).toMatchObject({ code: 0 })
  })

  it('refuses what is unsafe, or cannot be', async () => {
    const [open, half, nobody] = await Promise.all([
      home.run(['server', '--host', '0.0.0.0', '--data', 'data']),
      home.run(['server', '--tls-key', 'key.pem', '--data', 'data']),
      home.run(['server', 'key', 'add', 'nobody', '--data', 'nowhere']),
    ])
    expect(open.code).toBe(2)
    expect(open.stderr).toContain('add --tls-key and --tls-cert, or --insecure')
    expect(half).toMatchObject({ code: 2, stdout: '' })
    expect(nobody).toMatchObject({ code: 1, stdout: '' })
    expect(nobody.stderr).toContain(`There is no ${join(home.dir, 'nowhere')}`)
  })

  it('revokes keys and removes users beside a running server, which refuses them at once', async () => {
    const { child, output, url, ended } = await start()
    const key = keyIn(output)!
    const user = /^Made the user (\S+)\./.exec(output)![1]!
    home.env['SWANLAB_API_HOST'] = url
    const server = (...args: string[]): Promise<Ended> => home.run(['server', ...args, '--data', 'data'])
    const codeOf = async (apiKey: string): Promise<number | null> => {
      home.env['SWANLAB_API_KEY'] = apiKey
      return (await home.run(['verify'])).code
    }
    const laptop = (await server('key', 'add', user, '--name', 'laptop')).stdout.trim()
    expect(await nameOf(laptop)).toBe(user)
    expect(await server('key', 'revoke', user, 'laptop')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await Promise.all([codeOf(laptop), codeOf(key)])).toEqual([3, 0])
    const gone = await server('user', 'remove', user)
    expect(gone).toMatchObject({ code: 0, stdout: '' })
    expect(gone.stderr).toContain(`${join(home.dir, 'data/projects', user)} is kept`)
    expect(await codeOf(key)).toBe(3)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0 })
  })

  it('lists users and keys without the keys themselves, and brings a user back', async () => {
    mkdirSync(join(home.dir, 'data'))
    const server = (...args: string[]): Promise<Ended> => home.run(['server', ...args, '--data', 'data'])
    await server('user', 'add', 'alice')
    const laptop = (await server('key', 'add', 'alice', '--name', 'laptop')).stdout.trim()
    const { stdout: keys } = await server('key', 'list')
    expect(keys).toMatch(/^USER +NAME +KEY +CREATED +LAST LOGIN\nalice +key-1 .*\nalice +laptop .* -\n$/)
    expect(keys).toContain(`${laptop.slice(0, 4)}…`)
    expect(keys).not.toContain(laptop)
    await server('user', 'remove', 'alice')
    const [users, twice] = await Promise.all([server('user', 'list', '--json'), server('user', 'add', 'alice')])
    const removed = { name: 'alice', keys: 0, removedAt: expect.any(Number) as number }
    expect(JSON.parse(users.stdout)).toMatchObject([removed])
    expect(twice).toMatchObject({
      code: 1,
      stderr: 'swanlab: user alice was removed; restore it, or take another name\n',
    })
    expect((await server('user', 'restore', 'alice')).stdout).toMatch(/^[0-9A-Za-z]{21}\n$/)
  })

  it('says what is wrong in a folder and what can be done, and nothing when nothing is', async () => {
    const { child, ended } = await start()
    child.kill('SIGTERM')
    await ended
    expect(await home.run(['server', 'check', 'data'])).toMatchObject({
      code: 0,
      stdout: 'Looked at 0 projects and 0 runs.\n',
      stderr: '',
    })
    const file = join(home.dir, 'data/projects/alice/cats/project.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, '{')
    const [text, json, nowhere] = await Promise.all([
      home.run(['server', 'check', '--data', 'data']),
      home.run(['server', 'check', 'data', '--json']),
      home.run(['server', 'check', 'nowhere']),
    ])
    expect(text).toMatchObject({ code: 1, stderr: `swanlab: 1 thing in ${join(home.dir, 'data')} cannot be used.\n` })
    expect(text.stdout).toMatch(`${file} is not whole\n    mend it or restore it from a backup, or remove it`)
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ projects: 1, runs: 0, damages: [{ path: file }], notes: [] })
    expect(nowhere.stderr).toContain('There is no ')
  })
})
