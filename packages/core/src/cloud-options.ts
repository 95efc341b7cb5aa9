import type { LoginOptions } from './modes/cloud/login.ts'
import type { SyncOptions } from './modes/cloud/sync-run.ts'
import { checkOptions, type Check, type Checks } from './options/check.ts'
import { PROJECT_NAME } from './options/project-name.ts'

// oxlint-disable-next-line no-control-regex
const RUN_ID = /^[^<>:"/\\|?*#%\u0000-\u001f\u007f]{1,512}$/

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value)
const FUNCTION: Check = ['a function', (value) => typeof value === 'function']
const STEP: Check = ['a step', isNumber]
const TIME: Check = ['a time in milliseconds since 1970', isNumber]
const PROJECT = '1 to 100 characters of 0-9 a-z A-Z _ - + .'

const SECRETS = ['apiKey']
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
  checkOptions('login', options, LOGIN, SECRETS)
}

/** @throws SwanLabError `INVALID_OPTION`, likewise. */
export function checkSync(options: unknown): void {
  checkOptions('sync', options, SYNC, SECRETS)
}
