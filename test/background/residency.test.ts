import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { program, UserProject } from './user-project.ts'

// Plugins as their authors write them, in a training that runs as JavaScript, with a real background process.

let project: UserProject
beforeEach(() => void (project = new UserProject()))
afterEach(() => project.remove())

const IMPORTS = `
import { appendFileSync } from 'node:fs'
import { defineResident, SwanKitCallback } from '@swanlab/core'
import { NotificationCallback } from '@swanlab/notification'
`
/** What each of them does. */
const BODY = `{
  onLog(_, { place }) {
    appendFileSync(process.env.NOTES, this.name + ' ' + place + ' ' + JSON.stringify(this.options) + '\\n')
  }
  async send() {}
}`
const withConstructor = (text: string): string => BODY.replace('{', `{\n  ${text}`)
const javascript = (source: string): string => source.replace(' as const', '')

describe('a notifier without a line for it', () => {
  test('lives in the background, however its file exports it and wherever that is', async () => {
    project.write({
      'plugins.js': `${IMPORTS}
        export class Named extends NotificationCallback ${BODY}
        class Inner extends NotificationCallback ${BODY}
        export { Inner as Renamed }
        export default class extends NotificationCallback ${BODY}
        export class HandsOn extends NotificationCallback ${withConstructor('constructor(options) { super({ ...options, name: "HandsOn" }) }')}
        export class Below extends Named {}`,
      'node_modules/swanlab-plugin-other/package.json':
        '{"name":"swanlab-plugin-other","type":"module","exports":"./dist/index.js"}',
      'node_modules/swanlab-plugin-other/dist/index.js': "export { Other } from './other.js'",
      'node_modules/swanlab-plugin-other/dist/other.js': `${IMPORTS} export class Other extends NotificationCallback ${BODY}`,
      'train.js': javascript(
        program(
          `import Default, { Below, HandsOn, Named, Renamed } from './plugins.js'
           import { Other } from 'swanlab-plugin-other'`,
          `new Named({ topic: 'a' }), new Renamed(), new Default({ name: 'Default' }), new HandsOn({ topic: 'b' }), new Below(), new Other()`,
        ),
      ),
    })
    const { places, notes } = await project.run(['train.js'])
    expect(places).toMatchObject({
      Named: 'resident',
      Inner: 'resident',
      Default: 'resident',
      HandsOn: 'resident',
      Below: 'resident',
      Other: 'resident',
    })
    expect(notes).toEqual([
      'Named resident {"topic":"a"}',
      'Inner resident {}',
      'Default resident {"name":"Default"}',
      'HandsOn resident {"topic":"b","name":"HandsOn"}',
      'Below resident {}',
      'Other resident {}',
    ])
  })

  test('lives in the training where it cannot be rebuilt, and the reason says what to change', async () => {
    project.write({
      'plugins.js': `${IMPORTS}
        class Hidden extends NotificationCallback ${BODY}
        export const hidden = () => new Hidden()
        export const anonymous = () => new (class extends NotificationCallback ${BODY})({ name: 'anonymous' })
        export class Keeps extends NotificationCallback ${withConstructor('constructor(url) { super(); this.url = url }')}
        export class Filters extends NotificationCallback ${BODY}
        export const evaluated = () => new (new Function('Base', 'return class Evaluated extends Base { send() {} }')(NotificationCallback))()`,
      'train.js': javascript(
        program(
          `import { NotificationCallback } from '@swanlab/notification'
           import { anonymous, evaluated, Filters, hidden, Keeps } from './plugins.js'
           class Main extends NotificationCallback { async send() {} }`,
          `hidden(), anonymous(), new Keeps('x'), new Filters({ filter: /x/ }), evaluated(), new Main()`,
        ),
      ),
    })
    const { places, notes, stderr } = await project.run(['train.js'])
    const file = join(project.folder, 'plugins.js')
    expect(places).toEqual({
      journal: 'live',
      background: 'live',
      Hidden: `live: its module cannot be used: class Hidden is not exported by ${file}`,
      anonymous: `live: its module cannot be used: an anonymous class is not exported by ${file}`,
      Keeps: 'live: its constructor does not hand all of its options to super(options)',
      Filters: 'live: options.filter: a RegExp cannot be handed to the background process',
      Evaluated: 'live: it is defined outside of any file, as by eval or in the REPL',
      Main: 'live: its module is the training script itself; in a file of its own it could be imported elsewhere',
    })
    expect(notes.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'Hidden live',
      'anonymous live',
      'Keeps live',
      'Filters live',
    ])
    expect(stderr.match(/in the training process, because/g)).toHaveLength(6)
    expect(stderr.match(/If that crashes or is killed/g)).toHaveLength(1)
  })
})

describe('a class that defineResident was called with', () => {
  test('lives in the background, in ES modules and in CommonJS; one that extends it does not', async () => {
    project.write({
      'plugins.js': `${IMPORTS}
        export class Stated extends SwanKitCallback ${BODY}
        defineResident(import.meta, Stated)
        export class Below extends Stated {}`,
      'old.cjs': `
        const { appendFileSync } = require('node:fs')
        const { defineResident, SwanKitCallback } = require('@swanlab/core')
        class Old extends SwanKitCallback ${BODY}
        defineResident(module, Old)
        module.exports = { Old }`,
      'train.cjs': `
        const { Old } = require('./old.cjs')
        const { Below, Stated } = require('./plugins.js')
        ${javascript(program('', `new Stated({ a: [1] }), new Below(), new Old()`)).replace("import { init } from 'swanlab'", "const { init } = require('swanlab')")}`,
    })
    const { places, notes } = await project.run(['--no-warnings', '--experimental-require-module', 'train.cjs'])
    expect(places).toMatchObject({
      Stated: 'resident',
      Below: 'live: defineResident was called with Stated, but not with Below',
      Old: 'resident',
    })
    expect(notes.toSorted()).toEqual(['Below live {}', 'Old resident {}', 'Stated resident {"a":[1]}'])
  })

  test('is refused by init() with options that would arrive as others, and their path', async () => {
    project.write({
      'plugins.js': `${IMPORTS}
        export class Stated extends SwanKitCallback ${BODY}
        defineResident(import.meta, Stated)`,
      'train.js': `
        import { init } from 'swanlab'
        import { Stated } from './plugins.js'
        const start = (options) => init({ mode: 'offline', logdir: 'swanlog', callbacks: [new Stated(options)] })
        const places = []
        for (const options of [{ when: { last: new Date(0) } }, { rules: [{ filter: /x/ }] }, { on: () => {} }])
          await start(options).catch(({ code, message }) => places.push({ name: code + places.length, place: message }))
        console.log(JSON.stringify({ places, callbacks: [] }))`,
    })
    const { places } = await project.run(['train.js'])
    const refused = (what: string): string =>
      `Callback "Stated" is defined as resident, but cannot be rebuilt: ${what} cannot be handed to the background process.`
    expect(places).toEqual({
      INVALID_CALLBACK0: refused('options.when.last: a Date'),
      INVALID_CALLBACK1: refused('options.rules.0.filter: a RegExp'),
      INVALID_CALLBACK2: refused('options.on: a function'),
    })
  })
})

test('onInit of a resident counts: its answer names the run, and its refusal keeps it from starting', async () => {
  project.write({
    'plugins.js': `${IMPORTS}
      export class Namer extends SwanKitCallback {
        onInit(_, { place }) {
          if (this.options.refuses) throw new Error('not today')
          return { experimentName: 'named in ' + place }
        }
        onRun({ experimentName }, { place }) {
          appendFileSync(process.env.NOTES, experimentName + ', seen in ' + place + '\\n')
        }
      }
      defineResident(import.meta, Namer)`,
    'train.js': `
      import { init } from 'swanlab'
      import { Namer } from './plugins.js'
      const start = (options) => init({ mode: 'offline', logdir: 'swanlog', callbacks: [new Namer(options)] })
      const run = await start({})
      await run.finish()
      const refused = await start({ refuses: true }).catch(({ code, message }) => [{ name: code, place: message }])
      console.log(JSON.stringify({ places: [...run.callbacks, ...refused], callbacks: [] }))`,
  })
  const { places, notes } = await project.run(['train.js'])
  expect(notes).toEqual(['named in live, seen in resident'])
  expect(places).toMatchObject({
    Namer: 'resident',
    CALLBACK_FAILED: 'Callback "Namer" failed in onInit: not today',
  })
})

test('started again, it is told so, its log() counts once, and a folder that is gone is named', async () => {
  project.write({
    'plugins.js': `${IMPORTS}
      export class Rule extends SwanKitCallback {
        onLog({ data }, { redelivered, log }) {
          if (!('loss' in data)) return
          log({ 'rule/seen': data.loss })
          appendFileSync(this.options.file, process.pid + ' ' + redelivered + ' ' + process.cwd() + '\\n')
        }
      }
      defineResident(import.meta, Rule)`,
    'train.js': `
      import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
      import { setTimeout as sleep } from 'node:timers/promises'
      import { init } from 'swanlab'
      import { Rule } from './plugins.js'
      const file = process.cwd() + '/notes'
      const noted = async (count) => {
        for (;;) {
          const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\\n').slice(0, -1) : []
          if (lines.length === count) return lines[count - 1].split(' ')[0]
          await sleep(20)
        }
      }
      mkdirSync('work')
      process.chdir('work')
      const run = await init({ mode: 'offline', logdir: '../swanlog', callbacks: [new Rule({ file })] })
      process.chdir('..')
      run.log({ loss: 7 })
      const pid = await noted(1)
      rmdirSync('work')
      process.kill(pid, 'SIGKILL')
      await noted(2)
      const { callbacks } = await run.finish()
      console.log(JSON.stringify({ places: run.callbacks, callbacks }))`,
  })
  const { notes, stderr } = await project.run(['train.js'])
  const dir = join(
    project.folder,
    'swanlog',
    readdirSync(join(project.folder, 'swanlog')).find((name) => name.startsWith('run-'))!,
  )
  const work = join(project.folder, 'work')
  expect(notes.map((line) => line.replace(/^\d+ /, ''))).toEqual([`false ${work}`, `true ${dir}`])
  expect(stderr).toContain(`The background process cannot work in ${work}, as the training does`)
  const rows = [...new JournalReader(join(dir, 'journal.jsonl'))].filter(({ type }) => type === 'log')
  expect(rows).toMatchObject([{ data: { loss: 7 } }, { data: { 'rule/seen': 7 } }])
})
