import { describe, expect, it } from 'vitest'
import { useFolder } from './testing/folder.ts'

const ID = '14pk4qbyav4toobziszli'
const OTHER_ID = 'b'.repeat(21)

const folder = useFolder()

/** For each parameter: name, what each source gives, and the environment variable; in order of priority. */
const SOURCES: readonly [
  name: string,
  alias: string | undefined,
  variable: string | undefined,
  values: readonly unknown[],
][] = [
  ['project', undefined, 'SWANLAB_PROJ_NAME', ['a', 'b', 'c', 'd', 'e']],
  ['workspace', undefined, 'SWANLAB_WORKSPACE', ['a', 'b', 'c', 'd', 'e']],
  ['experimentName', 'name', 'SWANLAB_EXP_NAME', ['a', 'b', 'c', 'd', 'e']],
  ['description', 'notes', 'SWANLAB_DESCRIPTION', ['a', 'b', 'c', 'd', 'e']],
  ['tags', undefined, 'SWANLAB_TAGS', [['a'], ['b'], ['c'], ['d'], 'e']],
  ['config', undefined, undefined, [{ a: 1 }, {}, { c: 1 }]],
  ['logdir', undefined, 'SWANLAB_LOG_DIR', ['/a', '/b', '/c', '/d', '/e']],
  ['mode', undefined, 'SWANLAB_MODE', ['local', '', 'offline', '', 'disabled']],
  ['public', undefined, undefined, [true, undefined, false]],
  ['id', undefined, 'SWANLAB_RUN_ID', [ID, '', OTHER_ID, '', 'a'.repeat(21)]],
  ['resume', undefined, 'SWANLAB_RESUME', ['must', '', 'allow', '', 'must']],
]

type Place = readonly [place: 'argument' | 'file' | 'environment', key: string, value: unknown]

describe('priority', () => {
  const cases = SOURCES.flatMap(([name, alias, variable, [argument, aliased, filed, filedAlias, environment]]) => {
    const places: Place[] = [['argument', name, argument]]
    if (alias) places.push(['argument', alias, aliased])
    places.push(['file', name, filed])
    if (alias) places.push(['file', alias, filedAlias])
    if (variable) places.push(['environment', variable, environment])
    return places.map((winner, from) => ({ name, from, winner, places: places.slice(from) }))
  })

  it.each(cases)('of $name: $winner.0 $winner.1 before all that follow', async ({ name, from, places, winner }) => {
    const at = (wanted: string) =>
      places.filter(([place]) => place === wanted).map(([, key, value]) => [key, value] as const)
    const load = await folder.file(`priority-${name}-${from}.json`, Object.fromEntries(at('file')))
    const needed = { id: { resume: 'allow' }, resume: { id: ID } }[name]
    const env = Object.fromEntries(at('environment').map(([key, value]) => [key, String(value)]))
    const { options } = await folder.settle({ ...Object.fromEntries(at('argument')), ...needed, load }, env)
    expect(options).toHaveProperty(name, winner[1] === 'SWANLAB_TAGS' ? ['e'] : winner[2])
  })

  it('takes undefined, null and blank text for not given, and says so when it is blank', async () => {
    const load = await folder.file('blank.yaml', 'project: from-file\nname: ~\n')
    const input = { project: ' \t', experimentName: null, mode: undefined, workspace: '', load }
    const { options, warnings } = await folder.settle(input, {
      SWANLAB_EXP_NAME: 'from-env',
      SWANLAB_MODE: '',
      SWANLAB_TAGS: ' ',
    })
    expect(options).toMatchObject({ project: 'from-file', experimentName: 'from-env', mode: 'cloud', tags: [] })
    expect(warnings).toEqual([
      'project is blank and counts as not given.',
      'SWANLAB_TAGS is blank and counts as not given.',
    ])
  })

  it('does not judge what it does not use', async () => {
    const load = await folder.file('unused.yaml', 'mode: banana\nid: x\n')
    const env = { SWANLAB_MODE: 'bogus', SWANLAB_PROJ_NAME: 'a b', SWANLAB_RESUME: '?', SWANLAB_RUN_ID: '!' }
    const input = { mode: 'local', project: 'p', resume: true, id: ID, load, name: 5, experimentName: 'e' }
    expect((await folder.settle(input, env)).options).toMatchObject({
      mode: 'local',
      project: 'p',
      resume: 'allow',
      id: ID,
    })
  })

  it('names the variable whose value is wrong', async () => {
    const env = { SWANLAB_MODE: 'bogus', SWANLAB_PROJ_NAME: 'a b', SWANLAB_TAGS: '[1', SWANLAB_RESUME: '?' }
    expect(await folder.messageOf({}, env)).toBe(
      [
        'Wrong options for init:',
        '  SWANLAB_PROJ_NAME: takes 1 to 100 characters of 0-9 a-z A-Z _ - + ., but got "a b"',
        '  SWANLAB_TAGS: takes a list of texts, or one text with commas, but got "[1"',
        '  SWANLAB_RESUME: takes "must", "allow", "never", true or false, but got "?"',
        '  SWANLAB_MODE: takes "cloud", "offline", "local" or "disabled", but got "bogus"',
      ].join('\n'),
    )
  })

  it("leaves the environment and the user's objects alone", async () => {
    const env = Object.freeze({ SWANLAB_MODE: 'local' })
    const tags = Object.freeze(['a '.repeat(200)])
    const input = Object.freeze({ tags, callbacks: Object.freeze([]), config: Object.freeze({ lr: 1 }) })
    const { options } = await folder.settle(input, env)
    expect(options.config).toBe(input.config)
    expect(Object.isFrozen(options) && Object.isFrozen(options.tags) && Object.isFrozen(options.callbacks)).toBe(true)
  })
})
