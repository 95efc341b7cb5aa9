import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { SwanLabError } from '@swanlab/core/internal'
import { findHosts, type Credentials, type GivenCredentials } from './credentials.ts'
import { isSwanLabCloud } from './hosts.ts'
import { login } from './login.ts'

export interface PromptOptions {
  readonly given: GivenCredentials
  readonly version: string
  readonly input?: NodeJS.ReadableStream | undefined
  readonly output?: NodeJS.WritableStream | undefined
}

/** Mistyped answers before the question is given up. */
const MAX_TRIES = 5

/** The question of SwanLab's clients: make an account, use one, or record here without. */
export async function promptForKey(options: PromptOptions): Promise<Credentials | 'offline'> {
  const { given, version, input = process.stdin, output = process.stderr } = options
  const hosts = findHosts(given)
  const { web } = hosts
  output.write(
    `swanlab: (1) Create a SwanLab account\nswanlab: (2) Use an existing SwanLab account\nswanlab: (3) Record on this machine only\n`,
  )
  const choice = await prompt('swanlab: Enter your choice: ', { input, output, accepts: /^[123]$/ })
  if (choice === '3') return 'offline'
  const settings = `${web}/space/~/settings`
  const page = choice === '1' ? `${web}/login and then ${settings}` : settings
  if (isSwanLabCloud(hosts)) output.write(`swanlab: You find your API key at ${page}\n`)
  else output.write(`swanlab: Logging in to ${hosts.api}. Whoever runs it gives you an API key.\n`)
  for (let tries = 1; ; tries++) {
    const apiKey = await prompt('swanlab: Paste it here (it is not shown): ', {
      input,
      output,
      accepts: /\S/,
      hidden: true,
    })
    try {
      return await login({ ...given, host: hosts.api, webHost: web, apiKey, save: true }, { version })
    } catch (error) {
      if (!(error instanceof SwanLabError) || tries === 3) throw error
      output.write(`swanlab: ${error.message}\n`)
    }
  }
}

/** @throws SwanLabError `LOGIN_FAILED` when nothing that fits is typed. */
export async function prompt(
  question: string,
  options: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream; accepts: RegExp; hidden?: boolean },
): Promise<string> {
  const { input, output, accepts, hidden = false } = options
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    const lines = createInterface({ input, output: hidden ? silent : output, terminal: hidden })
    const closed = new Promise<never>((_resolve, reject) =>
      lines.once('close', () => reject(new SwanLabError('LOGIN_FAILED', 'Nothing was entered.'))),
    )
    closed.catch(() => {})
    // Only after echo is off: a key may be pasted at once.
    output.write(question)
    try {
      const answer = (await Promise.race([lines.question(''), closed])).trim()
      if (hidden) output.write('\n')
      if (accepts.test(answer)) return answer
    } catch (error) {
      output.write('\n')
      throw error
    } finally {
      lines.close()
    }
  }
  throw new SwanLabError('LOGIN_FAILED', 'Nothing that fits was entered.')
}
