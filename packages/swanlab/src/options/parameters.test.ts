import { describe, expect, it } from 'vitest'
import { SwanKitCallback, type Callback } from '@swanlab/core'
import { Settings } from '@swanlab/core'
import { useFolder } from './testing/folder.ts'

const ID = '14pk4qbyav4toobziszli'

const folder = useFolder()

describe('text', () => {
  it('is stripped and, when too long, cut with a warning', async () => {
    const swans = '🦢'.repeat(2000)
    const { options, warnings } = await folder.settle({
      project: ` ${'p'.repeat(101)} `,
      name: swans,
      notes: swans,
      tags: [swans, ' b '],
    })
    expect(options.project).toBe('p'.repeat(100))
    expect(options.experimentName).toBe('🦢'.repeat(250))
    expect(options.description).toBe('🦢'.repeat(1024))
    expect(options.tags).toEqual(['🦢'.repeat(200), 'b'])
    expect(warnings).toEqual([
      'project was cut to 100 characters.',
      'name was cut to 250 characters.',
      'notes was cut to 1024 characters.',
      'tags was cut to 200 characters.',
    ])
  })

  it('is taken at its longest without a warning', async () => {
    const { options, warnings } = await folder.settle({
      project: 'p'.repeat(100),
      workspace: 'w'.repeat(25),
      name: '名'.repeat(250),
    })
    expect(options).toMatchObject({
      project: 'p'.repeat(100),
      workspace: 'w'.repeat(25),
      experimentName: '名'.repeat(250),
    })
    expect(warnings).toEqual([])
  })

  it('keeps names on one line and descriptions on several', async () => {
    const { options } = await folder.settle({ name: 'a\nb\u001B[31m', description: 'a\nb\u0007', tags: ['x\ty'] })
    expect(options).toMatchObject({ experimentName: 'a b [31m', description: 'a\nb', tags: ['x y'] })
  })

  it.each(['my project', '训练', 'a/b', '../x', 'a\nb', 'p\0'])('refuses project %j', async (project) => {
    expect(await folder.messageOf({ project })).toContain(
      '  project: takes 1 to 100 characters of 0-9 a-z A-Z _ - + ., but got ',
    )
  })

  it.each(['w'.repeat(26), 'a.b', 'a b'])('refuses workspace %j rather than use another one', async (workspace) => {
    expect(await folder.messageOf({ workspace })).toContain(
      '  workspace: takes 1 to 25 characters of 0-9 a-z A-Z _ -, but got ',
    )
  })
})

describe('tags', () => {
  it.each([
    [['a', 'b'] as const, ['a', 'b']],
    ['a, b,,a', ['a', 'b']],
    ['["a,b", "c"]', ['a,b', 'c']],
    [[' ', '', 'a'], ['a']],
    [[], []],
  ])('%j are %j', async (tags, expected) => {
    expect((await folder.settle({ tags })).options.tags).toEqual(expected)
    if (typeof tags === 'string')
      expect((await folder.settle({}, { SWANLAB_TAGS: tags })).options.tags).toEqual(expected)
  })

  it('are at most 50', async () => {
    const { options, warnings } = await folder.settle({ tags: Array.from({ length: 60 }, (_, i) => `t${i}`) })
    expect(options.tags).toHaveLength(50)
    expect(warnings).toEqual(['tags was cut to 50 tags.'])
  })

  it('must be texts', async () => {
    expect(await folder.messageOf({ tags: ['a', 5, null] })).toContain(
      '  tags[1]: takes text, but got 5\n  tags[2]: takes text, but got null',
    )
    expect(await folder.messageOf({ tags: 5 })).toContain(
      'tags: takes a list of texts, or one text with commas, but got 5',
    )
  })
})

describe('mode', () => {
  it.each([
    [{ mode: 'online' }, 'cloud'],
    [{ mode: 'offline' }, 'offline'],
    [{ cloud: true, mode: 'offline' }, 'cloud'],
    [{ cloud: false }, 'local'],
    [{ cloud: null, mode: 'offline' }, 'offline'],
  ])('of %j is %s', async (input, mode) => {
    expect((await folder.settle(input)).options.mode).toBe(mode)
  })

  it('may come from SWANLAB_MODE as "online" too', async () => {
    expect((await folder.settle({}, { SWANLAB_MODE: 'online' })).options.mode).toBe('cloud')
  })

  it('warns once of the deprecated "cloud"', async () => {
    expect((await folder.settle({ cloud: false })).warnings).toEqual([
      '"cloud" is deprecated and goes before "mode"; write mode: "local" instead.',
    ])
    expect(await folder.messageOf({ cloud: 'no' })).toContain('cloud: takes true or false, but got "no"')
  })

  it('is case-sensitive', async () => {
    expect(await folder.messageOf({ mode: 'Cloud' })).toContain(
      'mode: takes "cloud", "offline", "local" or "disabled", but got "Cloud"',
    )
  })
})

describe('resume and id', () => {
  it.each([
    ['must', 'must'],
    ['allow', 'allow'],
    [true, 'allow'],
    ['yes', 'allow'],
    ['TRUE', 'allow'],
    ['1', 'allow'],
  ])('resume %j is %s', async (resume, expected) => {
    expect((await folder.settle({ resume, id: ID })).options).toMatchObject({ resume: expected, id: ID })
  })

  it.each(['never', false, 'no', 'False', '0', undefined])(
    'resume %j is a new run, and takes no id',
    async (resume) => {
      expect((await folder.settle({ resume })).options.resume).toBeUndefined()
      const need = 'names a run to continue, which needs resume: "allow" or resume: "must" beside it'
      expect(await folder.messageOf({ resume, id: ID })).toContain(`  id: ${need}`)
      expect(await folder.messageOf({ resume }, { SWANLAB_RUN_ID: ID })).toContain(`  SWANLAB_RUN_ID: ${need}`)
    },
  )

  it('may be allowed without an id, but not demanded', async () => {
    expect((await folder.settle({ resume: 'allow' })).options).toMatchObject({ resume: 'allow' })
    expect(await folder.messageOf({ resume: 'must' })).toContain('resume: "must" needs the "id" of the run to continue')
    expect(await folder.messageOf({}, { SWANLAB_RESUME: 'MUST' })).toContain('SWANLAB_RESUME: "must" needs the "id"')
  })

  it.each(['', 'a b', 'a/b', '..', 'x'.repeat(65), `${ID}\n/..`, 5])('refuses id %j', async (id) => {
    if (id === '') expect((await folder.settle({ id, resume: 'allow' })).options.id).toBeUndefined()
    else
      expect(await folder.messageOf({ id, resume: 'allow' })).toContain(
        'id: takes 1 to 64 characters of 0-9 a-z A-Z _ -, but got ',
      )
  })
})

describe('config', () => {
  it('may be any object that has names', async () => {
    class Config {
      lr = 0.1
    }
    for (const config of [{ lr: 0.1 }, new Map([['lr', 0.1]]), new Config(), { __proto__: null, lr: 1 }]) {
      expect((await folder.settle({ config })).options.config).toBe(config)
    }
  })

  it.each([
    [[1]],
    [new Set([1])],
    [new Date()],
    [/x/],
    [5],
    [true],
    [() => ({})],
    [Promise.resolve({})],
    [new Uint8Array(1)],
  ])('may not be %s', async (config) => {
    expect(await folder.messageOf({ config })).toContain(
      'config: takes an object, a Map, or the path of a .json, .yaml or .yml file',
    )
  })

  it('may be a file', async () => {
    const config = await folder.file('config.yaml', 'lr: 1e-4\nmodel: CNN\n')
    expect((await folder.settle({ config })).options.config).toEqual({ lr: 1e-4, model: 'CNN' })
    expect(await folder.messageOf({ config: 'absent.yaml' })).toBe('The config file /absent.yaml does not exist.')
  })
})

describe('callbacks and settings', () => {
  const swan: Callback = { name: 'swan' }

  it('takes a list, or one alone', async () => {
    expect((await folder.settle({ callbacks: [swan] })).options.callbacks[0]).toBe(swan)
    expect((await folder.settle({ callbacks: swan })).options.callbacks[0]).toBe(swan)
  })

  it('refuses what cannot be a callback', async () => {
    class EmailCallback extends SwanKitCallback {}
    const callbacks = [swan, EmailCallback, {}, { name: ' ' }, null]
    const lines = (await folder.messageOf({ callbacks })).split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[1]).toBe('  callbacks[1]: takes a callback: an object with a name, but got a function')
    expect(await folder.messageOf({ callbacks: 'email' })).toContain(
      'callbacks: takes a list of up to 1000 callbacks, but got "email"',
    )
  })

  it('takes Settings or a plain object', async () => {
    const settings = new Settings({ logLevel: 'silent' })
    expect((await folder.settle({ settings })).options.settings).toEqual(settings)
    const { options } = await folder.settle({ settings: { logLevel: 'silent' } })
    expect(options.settings).toBeInstanceOf(Settings)
    expect(options.settings.logLevel).toBe('silent')
    expect(await folder.messageOf({ settings: { loglevel: 'x', background: 1 }, mode: 'x' })).toBe(
      [
        'Wrong options for init:',
        '  mode: takes "cloud", "offline", "local" or "disabled", but got "x"',
        '  "loglevel": no such setting; did you mean "logLevel"?',
        '  settings.background: takes true or false, but got 1',
      ].join('\n'),
    )
  })
})
