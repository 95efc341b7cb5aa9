import { execFile } from 'node:child_process'
import { describeError } from '@swanlab/core/internal'
import { environmentOf } from './environment.ts'
import { MARK, type Importable } from './import-check-ipc.ts'
import { commandFor } from './program.ts'

/** How long importing all of them may take, in milliseconds. */
const TIMEOUT = 20_000
/** What they may print meanwhile, in bytes. */
const MAX_OUTPUT = 2 ** 20
/** What has been imported once can be imported again: a program may start many runs. */
const proven = new Set<string>()

/**
 * Imports modules in a process like the background process, and answers for each why it cannot be used there; undefined:
 * it can. Never rejects.
 *
 * @param loaders - Arguments of Node, as the background process will be given them.
 */
export async function checkImports(
  modules: readonly Importable[],
  loaders: readonly string[],
  timeout: number = TIMEOUT,
): Promise<(string | undefined)[]> {
  const keyOf = ({ module, export: name }: Importable): string => JSON.stringify([module, name, ...loaders])
  const open = modules.filter((one) => !proven.has(keyOf(one)))
  if (open.length === 0) return modules.map(() => undefined)
  const { answers, failure } = await ask(open, loaders, timeout)
  return modules.map((one) => {
    const at = open.indexOf(one)
    if (at < 0) return undefined
    if (at >= answers.length) return `its module cannot be imported in the background process: ${failure}`
    const obstacle = answers[at]
    if (obstacle !== null) return `its module cannot be used in the background process: ${obstacle}`
    proven.add(keyOf(one))
    return undefined
  })
}

/** @returns an answer for each module, in order; fewer when the process could not go on, and why. */
function ask(
  modules: readonly Importable[],
  loaders: readonly string[],
  timeout: number,
): Promise<{ answers: (string | null)[]; failure: string }> {
  return new Promise((resolve) => {
    const options = {
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
      env: environmentOf(process.env, process.execArgv, process.cwd()),
    } as const
    try {
      const [file = '', ...args] = commandFor('import-check-main', loaders)
      const child = execFile(file, args, options, (error, stdout, stderr) => {
        const answers = stdout
          .split('\n')
          .filter((line) => line.startsWith(MARK))
          .map((line) => JSON.parse(line.slice(MARK.length)) as string | null)
        const reason = /^\w*Error\b.*$/m.exec(stderr)?.[0].slice(0, 300)
        const ended = `it ended with ${error?.signal ?? error?.code ?? 0}`
        resolve({ answers, failure: error?.killed ? `it was not done within ${timeout / 1_000} s` : (reason ?? ended) })
      })
      const order = modules.map(({ module, export: name }) => ({ module, export: name }))
      child.stdin?.on('error', () => {}).end(JSON.stringify(order))
    } catch (error) {
      resolve({ answers: [], failure: describeError(error) })
    }
  })
}
