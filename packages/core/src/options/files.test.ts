import { execFileSync } from 'node:child_process'
import { mkdtemp, mkdir, rm, writeFile, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SwanLabError } from '../contract/error.ts'
import { readMappingFile } from './files.ts'
import { startCpuTimer } from '../data/testing/cpu-timer.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swanlab-files-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return name
}

async function messageOf(path: string): Promise<string> {
  const outcome = await readMappingFile('config', path, folder).catch((error: unknown) => error)
  if (!(outcome instanceof SwanLabError)) throw new Error('it was accepted', { cause: outcome })
  expect(outcome.code).toBe('INVALID_FILE')
  return outcome.message.replaceAll(folder, '')
}

describe('readMappingFile', () => {
  it.each(['a.json', 'a.yaml', 'a.yml', 'A.JSON'])('reads %s, with places', async (name) => {
    const file = await readMappingFile(
      'config',
      await write(name, '\uFEFF{"lr": 0.1,\n "deep": {"名": [1, 2]}}'),
      folder,
    )
    expect(file.data).toEqual({ lr: 0.1, deep: { 名: [1, 2] } })
    expect(file.place(['deep', '名', 1])).toBe(`${join(folder, name)}:2:20`)
    expect(file.place(['absent'])).toBe(join(folder, name))
  })

  it('counts lines that end in CR LF', async () => {
    const file = await readMappingFile('config', await write('crlf.yaml', 'a: 1\r\nb: 2\r\n'), folder)
    expect(file.data).toEqual({ a: 1, b: 2 })
    expect(file.place(['b'])).toMatch(/:2:4$/)
  })

  it('takes an absolute path', async () => {
    await write('absolute.yaml', 'a: 1')
    expect((await readMappingFile('config', join(folder, 'absolute.yaml'), '/')).data).toEqual({ a: 1 })
  })

  it.each([
    ['a.txt', 'a: 1', 'The config file must end in .json, .yaml or .yml, but got "a.txt".'],
    ['empty.json', '', 'The config file cannot be used; /empty.json: it is empty.'],
    ['blank.yaml', ' \n', 'The config file cannot be used; /blank.yaml: it is empty.'],
    [
      'comment.yaml',
      '# only\n',
      'The config file cannot be used; /comment.yaml:1:1: its top level must be a mapping from names to values.',
    ],
    [
      'list.yml',
      '- a',
      'The config file cannot be used; /list.yml:1:1: its top level must be a mapping from names to values.',
    ],
    [
      'null.json',
      'null',
      'The config file cannot be used; /null.json:1:1: its top level must be a mapping from names to values.',
    ],
    ['broken.json', '{"a": 1,\n  "b": nul}', 'The config file cannot be used; /broken.json:2:8: expected a value.'],
    [
      'broken.yaml',
      'a: 1\nb: c: d',
      'The config file cannot be used; /broken.yaml:2:4: nested mappings are not allowed in compact mappings.',
    ],
    ['latin.yaml', Uint8Array.of(0x61, 0x3a, 0x20, 0xe9), 'The config file /latin.yaml is not UTF-8 text.'],
    ['large.yaml', `a: ${'x'.repeat(2 ** 20)}`, 'The config file /large.yaml is larger than 1 MiB.'],
    ['large.json', `"${'x'.repeat(2 ** 23)}"`, 'The config file /large.json is larger than 8 MiB.'],
  ])('refuses %s', async (name, content, message) => {
    expect(await messageOf(await write(name, content))).toBe(message)
  })

  it('refuses what is no file', async () => {
    await mkdir(join(folder, 'folder.yaml'))
    expect(await messageOf('folder.yaml')).toBe('The config file /folder.yaml is not a regular file.')
    expect(await messageOf('absent.yaml')).toBe('The config file /absent.yaml does not exist.')
    expect(await messageOf('a.yaml/b.yaml')).toBe('The config file /a.yaml/b.yaml does not exist.')
    expect(await messageOf('nul\0.yaml')).toBe(
      'The config file /nul\\u{0}.yaml cannot be read (ERR_INVALID_ARG_VALUE).',
    )
    expect(await messageOf('https://me:hunter2@host/x')).not.toContain('hunter2')
  })

  it.skipIf(process.platform === 'win32')('does not wait at a named pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.json')])
    expect(await messageOf('pipe.json')).toBe('The config file /pipe.json is not a regular file.')
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('refuses what may not be read', async () => {
    await write('locked.json', '{}')
    await chmod(join(folder, 'locked.json'), 0)
    expect(await messageOf('locked.json')).toBe('The config file /locked.json may not be read by this user.')
  })

  it('leaves values that could be secrets out of its messages', async () => {
    for (const [name, content] of [
      ['secret.yaml', 'password: hunter2: x\n'],
      ['secret.json', '{"password": "hunter2" "x"}'],
    ] as const) {
      expect(await messageOf(await write(name, content))).not.toContain('hunter2')
    }
  })

  it('reads a large JSON file quickly', async () => {
    const name = await write(
      'many.json',
      JSON.stringify(Object.fromEntries(Array.from({ length: 2e5 }, (_, i) => [`key${i}`, i]))),
    )
    const cpuTime = startCpuTimer()
    const { data, place } = await readMappingFile('config', name, folder)
    expect(data['key199999']).toBe(199_999)
    expect(place(['key199999'])).toMatch(/:1:\d+$/)
    expect(cpuTime()).toBeLessThan(10_000)
  })
})
