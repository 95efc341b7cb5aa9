import { mkdtempSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { findCredentials, findHosts, findKey, findLoginHosts, describeKey, type Surroundings } from './credentials.ts'
import { resolveHosts } from './hosts.ts'
import { login } from './login.ts'
import { readLogin, removeLogin, writeLogin } from './netrc.ts'
import { TrackingServer } from './testing/tracking-server.ts'

function around(env: Record<string, string> = {}): Surroundings {
  const [home, cwd] = [mkdtempSync(join(tmpdir(), 'home-')), mkdtempSync(join(tmpdir(), 'cwd-'))]
  return { env, home, cwd }
}

describe('addresses', () => {
  test.each([
    [undefined, undefined, 'https://api.swanlab.cn', 'https://swanlab.cn'],
    ['https://api.swanlab.cn/api', undefined, 'https://api.swanlab.cn', 'https://swanlab.cn'],
    ['swan.example.com', undefined, 'https://swan.example.com', 'https://swan.example.com'],
    ['127.0.0.1:5092', undefined, 'https://127.0.0.1:5092', 'https://127.0.0.1:5092'],
    ['http://localhost:8000/api/', undefined, 'http://localhost:8000', 'http://localhost:8000'],
    ['http://[::1]:8000', 'web.example.com', 'http://[::1]:8000', 'https://web.example.com'],
    [' http://swan_lab/api ', undefined, 'http://swan_lab', 'http://swan_lab'],
  ])('%s and %s', (api, web, origin, page) => {
    expect(resolveHosts(api, web)).toEqual({ api: origin, web: page })
  })

  test.each(['', 'ftp://host', 'http://', 'https://me:secret@host', 'http://a b'])('%j is no valid address', (host) => {
    expect(() => resolveHosts(host)).toThrow(/"host" takes an address/)
    expect(() => resolveHosts(host)).not.toThrow(/secret/)
  })
})

describe('the stored login', () => {
  it("is kept in SwanLab's layout, readable for its owner alone", () => {
    const folder = join(around().home, '.swanlab')
    const path = writeLogin(folder, { host: 'http://h:1', webHost: 'http://w', apiKey: 'k' })
    expect(readFileSync(path, 'utf8')).toBe('machine http://h:1\n\tlogin http://w\n\tpassword k\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readLogin(folder)).toEqual({ host: 'http://h:1', webHost: 'http://w', apiKey: 'k' })
    expect(removeLogin(folder)).toBe(true)
    expect(removeLogin(folder)).toBe(false)
    expect(readLogin(folder)).toBeUndefined()
  })

  it("reads what SwanLab's own clients wrote", () => {
    const folder = mkdtempSync(join(tmpdir(), 'login-'))
    writeFileSync(join(folder, '.netrc'), 'machine https://h/api\n\tlogin https://w\n\taccount \n\tpassword k2\n')
    expect(readLogin(folder)).toEqual({ host: 'https://h', webHost: 'https://w', apiKey: 'k2' })
  })
})

describe('the lookup of the key', () => {
  it('takes argument, environment, project and home in this order', () => {
    const place = around({ SWANLAB_API_HOST: 'http://h:1/api', SWANLAB_API_KEY: 'env' })
    expect(findCredentials({ apiKey: 'arg' }, place)?.apiKey).toBe('arg')
    expect(findCredentials({}, place)).toEqual({ apiKey: 'env', api: 'http://h:1', web: 'http://h:1' })
    const bare = { ...place, env: {} }
    expect(findCredentials({}, bare)).toBeUndefined()
    writeLogin(join(bare.home, '.swanlab'), { host: 'http://home', webHost: undefined, apiKey: 'home' })
    expect(findCredentials({}, bare)).toEqual({ apiKey: 'home', api: 'http://home', web: 'http://home' })
    mkdirSync(join(bare.cwd, '.swanlab'))
    writeLogin(join(bare.cwd, '.swanlab'), { host: 'http://here', webHost: 'http://web', apiKey: 'here' })
    expect(findCredentials({}, bare)).toEqual({ apiKey: 'here', api: 'http://here', web: 'http://web' })
    expect(findHosts({ host: 'http://other' }, bare).api).toBe('http://other')
  })

  it('never sends a stored key to another host', () => {
    const place = around({ SWANLAB_API_HOST: 'http://evil' })
    writeLogin(join(place.home, '.swanlab'), { host: 'http://home', webHost: undefined, apiKey: 'home' })
    expect(findCredentials({}, place)).toBeUndefined()
  })

  const DEFAULT = 'https://api.swanlab.cn'
  /** Files that may lie around, and what a key from elsewhere must not be told to because of them. */
  function withLogins(env: Record<string, string>, { local = false, global = false }): Surroundings {
    const place = around(env)
    const keep = (folder: string, host: string, apiKey: string): string =>
      writeLogin(join(folder, '.swanlab'), { host, webHost: undefined, apiKey })
    if (local) keep(place.cwd, 'http://local', 'local')
    if (global) keep(place.home, 'http://global', 'global')
    return place
  }
  const key = { SWANLAB_API_KEY: 'env' }
  const host = { SWANLAB_API_HOST: 'http://env' }

  test.each<
    [string, object, Record<string, string>, { local?: boolean; global?: boolean }, [string, string] | undefined]
  >([
    ['nothing', {}, {}, {}, undefined],
    ['an argument', { apiKey: 'arg' }, {}, {}, ['arg', DEFAULT]],
    ['an argument, and files', { apiKey: 'arg' }, {}, { local: true, global: true }, ['arg', DEFAULT]],
    [
      'an argument, and another host in the environment',
      { apiKey: 'arg' },
      host,
      { local: true },
      ['arg', 'http://env'],
    ],
    ['arguments', { apiKey: 'arg', host: 'http://arg' }, { ...key, ...host }, { local: true }, ['arg', 'http://arg']],
    ['a variable', {}, key, {}, ['env', DEFAULT]],
    ["a variable, and a folder's file", {}, key, { local: true }, ['env', DEFAULT]],
    ['a variable, and a login at home', {}, key, { global: true }, ['env', DEFAULT]],
    ['variables, and files', {}, { ...key, ...host }, { local: true, global: true }, ['env', 'http://env']],
    ['a variable, and a host as an argument', { host: 'http://arg' }, key, { local: true }, ['env', 'http://arg']],
    ["a folder's file", {}, {}, { local: true, global: true }, ['local', 'http://local']],
    ['a login at home', {}, {}, { global: true }, ['global', 'http://global']],
    ['files, and another host', {}, host, { local: true, global: true }, undefined],
    [
      'files, and the host of one',
      { host: 'http://global' },
      {},
      { local: true, global: true },
      ['global', 'http://global'],
    ],
    [
      "files, and the folder's host",
      { host: 'http://local' },
      host,
      { local: true, global: true },
      ['local', 'http://local'],
    ],
  ])('%s: each key goes to the host that it came with', (_, given, env, files, expected) => {
    const place = withLogins(env, files)
    const found = findCredentials(given, place)
    expect(found && [found.apiKey, found.api]).toEqual(expected)
    expect(findHosts(given, place).api).toBe(expected?.[1] ?? (env['SWANLAB_API_HOST'] || DEFAULT))
  })

  it('describes the key that is used in one line, without the key', () => {
    const words = (env: Record<string, string>, given = {}): string => {
      const place = withLogins(env, { local: true })
      return describeKey(findKey(given, place)!, place).replaceAll(place.cwd, '.')
    }
    const aside = 'The login in ./.swanlab/.netrc is for http://local.'
    expect(words(key)).toBe(`The API key from SWANLAB_API_KEY is used, for ${DEFAULT}. ${aside}`)
    expect(words({}, { apiKey: 'arg' })).toBe(`The API key that was given is used, for ${DEFAULT}. ${aside}`)
    expect(words({})).toBe('The API key from ./.swanlab/.netrc is used, for http://local.')
  })

  it('sends a typed key to the server of the last login, and never to one that a folder names', () => {
    expect(findLoginHosts({}, withLogins({}, { local: true })).api).toBe(DEFAULT)
    expect(findLoginHosts({}, withLogins({}, { local: true, global: true })).api).toBe('http://global')
    expect(findLoginHosts({}, withLogins(host, { local: true, global: true })).api).toBe('http://env')
    expect(findLoginHosts({ host: 'http://arg' }, withLogins(host, { global: true })).api).toBe('http://arg')
  })

  it('names the source of an invalid address or key', () => {
    const place = around({ SWANLAB_API_HOST: 'a b', SWANLAB_API_KEY: 'two words' })
    expect(() => findHosts({}, place)).toThrow(/"SWANLAB_API_HOST" takes an address/)
    expect(() => findHosts({ host: 'c d' }, place)).toThrow(/"host" takes an address/)
    expect(() => findCredentials({ host: 'http://h' }, place)).toThrow(/API key in SWANLAB_API_KEY takes/)
    const file = writeLogin(join(place.home, '.swanlab'), { host: 'ftp://h', webHost: undefined, apiKey: 'k' })
    expect(() => findHosts({}, { ...place, env: {} })).toThrow(`"machine in ${file}" takes an address`)
    expect(findCredentials({ host: 'http://h' }, { ...place, env: {} })).toBeUndefined()
  })

  it('rejects an invalid key without showing it', () => {
    expect(() => findCredentials({ apiKey: 'two words' }, around())).toThrow(/API key/)
    expect(() => findCredentials({ apiKey: 'two words' }, around())).not.toThrow(/two words/)
  })
})

describe('login', () => {
  it('tries the key, and keeps it where that is wanted', async () => {
    const server = await new TrackingServer().start()
    const place = around()
    const surroundings = { version: '0', around: place }
    const wrong = login({ apiKey: 'no', host: server.url, save: true }, surroundings)
    await expect(wrong).rejects.toMatchObject({ code: 'LOGIN_FAILED' })
    expect(readLogin(join(place.home, '.swanlab'))).toBeUndefined()
    const right = await login({ apiKey: 'key', host: server.url, save: true }, surroundings)
    expect(right).toMatchObject({ username: 'alice', savedIn: join(place.home, '.swanlab', '.netrc') })
    expect(findCredentials({}, place)?.apiKey).toBe('key')
    await server.stop()
    const away = login({}, surroundings)
    await expect(away).rejects.toMatchObject({ code: 'CLOUD_UNREACHABLE' })
    await expect(login({}, { ...surroundings, around: around() })).rejects.toMatchObject({ code: 'LOGIN_FAILED' })
  })
})
