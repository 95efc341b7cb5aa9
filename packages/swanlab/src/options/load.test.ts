import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveOptions } from './testing/resolve.ts'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'swanlab-load-'))
})

afterAll(() => rm(cwd, { recursive: true }))

async function load(name: string, content: string, input: object = {}) {
  await writeFile(join(cwd, name), content)
  return resolveOptions({ ...input, load: name }, { env: {}, cwd })
}

async function messageOf(name: string, content: string, input: object = {}): Promise<string> {
  const outcome = await load(name, content, input).catch((error: unknown) => error)
  return outcome instanceof Error ? outcome.message.replaceAll(cwd, '') : 'it was accepted'
}

const problemsAt = (file: string, tag: string, hidden: string, mode: string) =>
  [
    'Wrong options for init:',
    `  /${file}:${tag} tags[1]: takes text, but got an object`,
    `  /${file}:${hidden} private: takes true or false, but got "maybe"`,
    `  /${file}:${mode} mode: takes "cloud", "offline", "local" or "disabled", but got "banana"`,
  ].join('\n')

describe('load', () => {
  it.each([
    [
      'full.yaml',
      'project: p\nworkspace: w\nexperiment_name: e\ndescription: d\ntags: [a, b]\nconfig: {lr: 0.1}\nlogdir: logs\nmode: offline\nprivate: false\nid: 14pk4qbyav4toobziszli\nresume: true\n',
    ],
    [
      'full.json',
      '{"project":"p","workspace":"w","experimentName":"e","description":"d","tags":["a","b"],"config":{"lr":0.1},"logdir":"logs","mode":"offline","public":true,"id":"14pk4qbyav4toobziszli","resume":"allow"}',
    ],
    [
      'alias.yml',
      'project: p\nworkspace: w\nname: e\nnotes: d\ntags: a, b\nconfig: {lr: 0.1}\nlogdir: logs\nmode: offline\npublic: true\nid: 14pk4qbyav4toobziszli\nresume: allow\n',
    ],
  ])('reads every parameter from %s', async (name, content) => {
    const { options, warnings } = await load(name, content)
    expect(options).toMatchObject({
      project: 'p',
      workspace: 'w',
      experimentName: 'e',
      description: 'd',
      tags: ['a', 'b'],
      config: { lr: 0.1 },
      logdir: join(cwd, 'logs'),
      mode: 'offline',
      public: true,
      id: '14pk4qbyav4toobziszli',
      resume: 'allow',
    })
    expect(warnings).toEqual([])
  })

  it('reads the path of a config, relative to the working directory', async () => {
    await writeFile(join(cwd, 'config.json'), '{"lr": 0.2}')
    expect((await load('path.yaml', 'config: config.json')).options.config).toEqual({ lr: 0.2 })
  })

  it('says where in the file a wrong value stands', async () => {
    const yaml = 'project: p\n\nmode: banana\ntags:\n  - ok\n  - {no: tag}\nprivate: maybe\n'
    expect(await messageOf('wrong.yaml', yaml)).toBe(problemsAt('wrong.yaml', '6:5', '7:10', '3:7'))
    const json = '{"project": "p",\n "mode": "banana", "tags": ["ok",\n  {}], "private": "maybe"}'
    expect(await messageOf('wrong.json', json)).toBe(problemsAt('wrong.json', '3:3', '3:19', '2:10'))
  })

  it('names the file for a value that a merge key brought', async () => {
    expect(await messageOf('merge.yaml', 'base: &b {mode: banana}\n<<: *b\n')).toContain(
      '/merge.yaml mode: takes "cloud"',
    )
  })

  it('turns "private" round, and does not accept a contradiction', async () => {
    expect((await load('private.yaml', 'private: true')).options.public).toBe(false)
    expect((await load('both.yaml', 'private: true\npublic: false')).options.public).toBe(false)
    expect((await load('null.yaml', 'private: ~\npublic: true')).options.public).toBe(true)
    expect(await messageOf('clash.yaml', 'private: true\npublic: true')).toContain(
      '/clash.yaml:1:10 private: contradicts "public"',
    )
  })

  it('ignores what it does not know, with one warning', async () => {
    const { options, warnings } = await load(
      'newer.yaml',
      'project: p\njob_type: train\ncallbacks: []\nload: x\n__proto__: {mode: local}\n',
    )
    expect(options).toMatchObject({ project: 'p', mode: 'cloud' })
    expect(warnings).toEqual([
      'The load file newer.yaml has "job_type", "callbacks", "load", "__proto__", which are ignored.',
    ])
    const many = Array.from({ length: 9 }, (_, i) => `x${i}: 1`).join('\n')
    expect((await load('many.yaml', many)).warnings[0]).toMatch(/"x4" and 4 more, which are ignored/)
  })

  it('fails with the file when it cannot be read, whatever else is wrong', async () => {
    expect(await messageOf('broken.yaml', 'a: b: c', { mode: 'x' })).toBe(
      'The load file cannot be used; /broken.yaml:1:4: nested mappings are not allowed in compact mappings.',
    )
    await expect(resolveOptions({ load: 'absent.json' }, { env: {}, cwd })).rejects.toMatchObject({
      code: 'INVALID_FILE',
    })
    await expect(resolveOptions({ load: 5 }, { env: {}, cwd })).rejects.toThrow(
      'load: takes the path of a .json, .yaml or .yml file, but got 5',
    )
  })
})
