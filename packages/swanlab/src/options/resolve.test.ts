import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InitOptions } from '../init.ts'
import { resolveOptions } from './testing/resolve.ts'
import { useFolder } from './testing/folder.ts'

const folder = useFolder()

describe('defaults', () => {
  it.each([[undefined], [null], [{}]])('of init(%j)', async (input) => {
    const { options, warnings } = await folder.settle(input)
    expect(options).toMatchObject({
      project: 'cats-detection',
      logdir: join(folder.path, 'swanlog'),
      mode: 'cloud',
      config: {},
    })
    expect(options).toMatchObject({ tags: [], callbacks: [], settings: { durability: 'write' } })
    for (const name of ['workspace', 'experimentName', 'description', 'public', 'id', 'resume'] as const) {
      expect(options[name]).toBeUndefined()
    }
    expect(warnings).toEqual([])
  })

  it.each([
    ['my folder', 'my-folder'],
    ['Café (neu)', 'Cafe-neu'],
    ['训练', 'project'],
    ['训练 v2', 'v2'],
    ['.hidden_dir', '.hidden_dir'],
    ['-a--b-', '-a--b-'],
    ['- a -', 'a'],
    ['x'.repeat(120), 'x'.repeat(100)],
  ])('turns the folder "%s" into project "%s"', async (base, project) => {
    const { options, warnings } = await resolveOptions({}, { env: {}, cwd: join('/data', base) })
    expect(options.project).toBe(project)
    expect(warnings).toHaveLength(project === base ? 0 : 1)
  })

  it('has a project even at the root', async () => {
    expect((await resolveOptions({}, { env: {}, cwd: '/' })).options.project).toBe('project')
  })
})

describe('the argument itself', () => {
  it.each(['my-project', 5, [], () => {}, true])('refuses init(%s)', async (input) => {
    expect(await folder.messageOf(input)).toContain('init: takes an object of options, but got')
  })

  it('names every unknown option with the nearest real one, and never its value', async () => {
    const message = await folder.messageOf({
      proyect: 'hunter2',
      experiment_name: 'hunter2',
      learningRate: 1,
      public: 'yes',
      reinit: 1,
    })
    expect(message).toBe(
      [
        'Wrong options for init:',
        '  "proyect": no such option; did you mean "project"?',
        '  "experiment_name": no such option; did you mean "experimentName"?',
        '  "learningRate": no such option; there are project, workspace, experimentName, name, description, notes, tags, ' +
          'config, load, public, callbacks, settings, id, resume, reinit, logdir, mode, cloud',
        '  public: takes true or false, but got "yes"',
        '  reinit: takes true, false or "create_new", but got 1',
      ].join('\n'),
    )
  })

  it('is typed', async () => {
    const input: InitOptions = {
      project: 'p',
      tags: ['a'] as const,
      mode: 'online',
      resume: false,
      callbacks: [],
      settings: { durability: 'sync' },
    }
    const own: InitOptions<{ lr: number }> = { config: { lr: 1 } }
    // @ts-expect-error -- unknown option
    const wrong: InitOptions = { proyect: 'p' }
    await expect(folder.settle(input)).resolves.toBeDefined()
    await expect(folder.settle(own)).resolves.toBeDefined()
    await expect(folder.settle(wrong)).rejects.toThrow('project')
  })
})
