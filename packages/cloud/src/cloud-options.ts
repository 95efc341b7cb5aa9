import type { GivenCredentials } from './credentials.ts'
import type { LoginOptions } from './login.ts'
import type { SyncOptions } from './sync-run.ts'
import { checkOptions, type Check, type Checks, PROJECT_NAME, type Report } from '@swanlab/core/internal'

/** What `cloud()` takes. The key is looked for as `login` does. */
export interface CloudOptions extends GivenCredentials {
  /**
   * True: a server that cannot be reached does not keep the run from starting; it is uploaded as soon as the server
   * answers. Default: false.
   */
  readonly offlineFallback?: boolean | undefined
  /** Where its messages to the user go while it is in the training process. Default: where those of the run go. */
  readonly report?: Report | undefined
}

// oxlint-disable-next-line no-control-regex
const RUN_ID = /^[^<>:"/\\|?*#%\u0000-\u001f\u007f]{1,512}$/

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && !Number.isNaN(value)
const FUNCTION: Check = ['a function', (value) => typeof value === 'function']
const STEP: Check = ['a step', isNumber]
const TIME: Check = ['a time in milliseconds since 1970', isNumber]
const PROJECT = '1 to 100 characters of 0-9 a-z A-Z _ - + .'

const CREDENTIALS = {
  apiKey: ['a text', isText, { secret: true }],
  host: ['an address', isText],
  webHost: ['an address', isText],
} as const satisfies Partial<Checks<LoginOptions>>

const LOGIN: Checks<LoginOptions> = {
  ...CREDENTIALS,
  save: ['true, false or "local"', (value) => typeof value === 'boolean' || value === 'local'],
}

const CLOUD: Checks<CloudOptions> = {
  ...CREDENTIALS,
  offlineFallback: ['true or false', (value) => typeof value === 'boolean'],
  report: FUNCTION,
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
  checkOptions('login', options, LOGIN)
}

/** @throws SwanLabError `INVALID_OPTION`, likewise. */
export function checkCloud(options: unknown): void {
  checkOptions('cloud', options, CLOUD)
}

/** @throws SwanLabError `INVALID_OPTION`, likewise. */
export function checkSync(options: unknown): void {
  checkOptions('sync', options, SYNC)
}
