import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TrackingServer } from '../../../cloud/src/testing/tracking-server.ts'
import { ending, useHome } from './testing/cli.ts'
import { hasTerminals, startOnTerminal } from './testing/terminal.ts'

const home = useHome()
let server: TrackingServer

beforeEach(async () => {
  server = await new TrackingServer().start()
})
afterEach(() => server.stop())

const netrc = (): string => join(home.dir, 'save', '.netrc')

describe('login, verify, logout', () => {
  it('keep, show and forget a key that came on standard input', async () => {
    const login = await home.run(['login', '--host', server.url, '--api-key', '-'], 'key\n')
    expect(login).toMatchObject({ code: 0, stderr: '' })
    expect(login.stdout).toBe(`Logged in to ${server.url} as alice. The login is kept in ${netrc()}.\n`)
    expect(readFileSync(netrc(), 'utf8')).toContain(`machine ${server.url}`)
    expect(statSync(netrc()).mode & 0o777).toBe(0o600)

    const [verify, again] = await Promise.all([home.run(['verify', '--json']), home.run(['login'])])
    expect(verify).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(verify.stdout)).toEqual({
      username: 'alice',
      host: server.url,
      webHost: server.url,
      key: { kind: 'global', place: netrc() },
    })
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toContain(`Already logged in to ${server.url} as alice`)

    expect(await home.run(['logout'])).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(netrc())).toBe(false)
    const [out, who] = await Promise.all([home.run(['logout']), home.run(['verify', '--host', server.url])])
    expect(out).toMatchObject({ code: 3, stdout: '', stderr: `swanlab: There is no login in ${netrc()}.\n` })
    expect(who).toMatchObject({ code: 3, stdout: '' })
    expect(who.stderr).toContain(`Not logged in to ${server.url}`)
  })

  it('a local login goes before the global one', async () => {
    const args = ['login', '--local', '--json', '-k', '-', '--host', server.url]
    const { code, stdout } = await home.run(args, 'key')
    const savedIn = join(home.dir, '.swanlab', '.netrc')
    expect([code, JSON.parse(stdout)]).toEqual([0, { username: 'alice', host: server.url, savedIn, already: false }])
    expect(existsSync(netrc())).toBe(false)
    const [verify, logout] = await Promise.all([home.run(['verify']), home.run(['logout'])])
    expect(verify.stdout).toContain(savedIn)
    expect(logout).toMatchObject({ code: 3, stdout: '' })
    expect(logout.stderr).toContain('swanlab logout --local')
    expect(await home.run(['logout', '--local'])).toMatchObject({ code: 0 })
    expect(existsSync(savedIn)).toBe(false)
  })

  it('a key on the command line is warned about, a wrong one refused, and neither shown', async () => {
    const login = ['login', '--host', server.url]
    const [right, wrong, none] = await Promise.all([
      home.run([...login, '--relogin', '-k', 'key']),
      home.run([...login, '-k', 'wr0ng']),
      home.run([...login, '--relogin']),
    ])
    expect(right.code).toBe(0)
    expect(right.stderr).toMatch(/can be seen by other users.*--api-key -/)
    expect(wrong).toMatchObject({ code: 3, stdout: '' })
    expect(wrong.stderr).toContain(`${server.url} does not accept the API key`)
    expect(wrong.stderr).not.toMatch(/wr0ng|\n {4}at /)
    expect(right.stderr).not.toContain('SWANLAB_API_HOST')
    Object.assign(home.env, { SWANLAB_API_KEY: 'wr0ng', SWANLAB_API_HOST: 'http://elsewhere' })
    const aside = await home.run([...login, '--api-key', '-'], 'key')
    expect(aside.stderr).toContain(`talk to http://elsewhere, not to ${server.url}: SWANLAB_API_HOST is set.`)
    const verify = await home.run(['verify', '--host', server.url])
    expect(verify).toMatchObject({ code: 3, stdout: '' })
    expect(verify.stderr).toContain('The key comes from SWANLAB_API_KEY.')
    expect(verify.stderr).not.toContain('wr0ng')
    expect(none).toMatchObject({ code: 3, stdout: '' })
    expect(none.stderr).toContain('no terminal to ask on: give it with --api-key -')
  })

  it('the environment goes before what is kept, and is named', async () => {
    Object.assign(home.env, { SWANLAB_API_HOST: server.url, SWANLAB_API_KEY: 'key' })
    const [verify, kept] = await Promise.all([home.run(['verify']), home.run(['login', '-k', '-'], 'key')])
    expect(verify.stdout).toBe(`Logged in to ${server.url} as alice, with the key from SWANLAB_API_KEY.\n`)
    expect(kept).toMatchObject({ code: 0 })
    expect(kept.stderr).toContain('SWANLAB_API_KEY is set')
  })

  it.runIf(hasTerminals)('asks on a terminal, without showing the key, until it is right', async () => {
    const child = startOnTerminal(home, ['login', '--host', server.url])
    const keys = ['wr0ng-key\r', 'key\r']
    let asked = 0
    let shown = ''
    child.stdout.on('data', (text: Buffer) => {
      shown += text.toString()
      for (const questions = shown.split('Paste it here').length - 1; asked < questions; asked++)
        child.stdin.write(keys[asked] ?? '')
    })
    const { code, stdout } = await ending(child)
    expect(stdout).toContain(`Logging in to ${server.url}. Whoever runs it gives you an API key.`)
    expect(stdout).not.toContain('/space/~/settings')
    expect(stdout).toContain('does not accept the API key')
    expect(stdout).toContain('as alice')
    expect(stdout).not.toMatch(/wr0ng|: *key/)
    expect([code, asked]).toEqual([0, 2])
    expect(readFileSync(netrc(), 'utf8')).toMatch(/password key$/m)
  })
})

describe('ping', () => {
  it('wants "OK" from the api, and tells who else answered, or that nobody did', async () => {
    server.fault = ({ path }, response) => {
      if (path === '/api') response.end('OK\n')
      return path === '/api'
    }
    const { url } = server
    const [text, json] = await Promise.all([
      home.run(['ping', '--host', url]),
      home.run(['ping', '--host', `${url}/api`, '--json']),
    ])
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answers: [\d.]+ ms \(the fastest of 5 [^\n]*\)\n$/)
    const { host, time, first } = JSON.parse(json.stdout) as Record<string, number>
    expect([host, typeof time, typeof first]).toEqual([url, 'number', 'number'])
    server.fault = (_request, response) => {
      response.end('<html>Welcome to the hotel</html>')
      return true
    }
    expect(await home.run(['ping', '--host', url])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: `swanlab: ${url} answers (200), but not as a SwanLab server does.\n`,
    })
    await server.stop()
    const [ping, login] = await Promise.all([
      home.run(['ping', '--host', url]),
      home.run(['login', '-k', '-', '--host', url], 'key'),
    ])
    expect(ping).toMatchObject({ code: 4, stderr: `swanlab: ${url} cannot be reached (the connection was refused).\n` })
    expect(login).toMatchObject({ code: 4, stdout: '' })
  })
})
