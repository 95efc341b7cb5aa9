import type { LoginOptions } from './modes/cloud/login.ts'
import type { SyncOptions } from './modes/cloud/sync-run.ts'
import { readMembers } from './options/members.ts'
import { Problems } from './options/problems.ts'
import { PROJECT_NAME } from './options/project-name.ts'

/** What an option takes, and whether a value is that. */
type Check = readonly [takes: string, test: (value: unknown) => boolean]
type Checks<Options> = Readonly<Record<keyof Options, Check>>

// oxlint-disable-next-line no-control-regex
const RUN_ID = /^[^<>:"/\\|?*#%\u0000-\u001f\u007f]{1,512}$/

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value)
const FUNCTION: Check = ['a function', (value) => typeof value === 'function']
const STEP: Check = ['a step', isNumber]
const TIME: Check = ['a time in milliseconds since 1970', isNumber]
const PROJECT = '1 to 100 characters of 0-9 a-z A-Z _ - + .'

const CREDENTIALS = {
  apiKey: ['a text', isText],
  host: ['an address', isText],
  webHost: ['an address', isText],
} as const satisfies Partial<Checks<LoginOptions>>

const LOGIN: Checks<LoginOptions> = {
  ...CREDENTIALS,
  save: ['true, false or "local"', (value) => typeof value === 'boolean' || value === 'local'],
}

const SYNC: Checks<SyncOptions> = {
  ...CREDENTIALS,
  id: ['1 to 512 characters without < > : " / \\ | ? * # %', (value) => isText(value) && RUN_ID.test(value)],
  project: [PROJECT, (value) => isText(value) && value.length <= 100 && PROJECT_NAME.test(value)],
  workspace: ['the name of a workspace', (value) => isText(value) && /^[^/\s]{1,100}$/.test(value)],
  startStep: STEP,
  endStep: STEP,
  startTime: TIME,
  endTime: TIME,
  timeout: ['a number of milliseconds from 0', (value) => isNumber(value) && value >= 0],
  onProgress: FUNCTION,
  report: FUNCTION,
  transport: FUNCTION,
}

/** @throws SwanLabError `INVALID_OPTION`; every problem is named, and no key is shown. */
export function checkLogin(options: unknown): void {
  check('login', options, LOGIN)
}

/** @throws SwanLabError `INVALID_OPTION`, likewise. */
export function checkSync(options: unknown): void {
  check('sync', options, SYNC)
}

function check(subject: string, options: unknown, checks: Readonly<Record<string, Check>>): void {
  const problems = new Problems()
  for (const [name, value] of readMembers(options, 'options', problems)) {
    const [takes, test] = Object.hasOwn(checks, name) ? checks[name]! : []
    if (!takes || !test) problems.unknown(name, Object.keys(checks))
    else if (value !== undefined && !test(value)) {
      if (name === 'apiKey') problems.add(`${name}: takes ${takes}`)
      else problems.wrong(name, value, takes)
    }
  }
  problems.throwIfAny(subject)
}
