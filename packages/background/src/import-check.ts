import { execFile } from 'node:child_process'
import { describeError } from '@swanlab/core/internal'
import { environmentOf, workingDirectory } from './environment.ts'
import { type Answer, MARK, type Importable } from './import-check-ipc.ts'
import { commandFor } from './program.ts'

/** How long importing all of them may take, in milliseconds. */
const TIMEOUT = 20_000
/** What they may print meanwhile, in bytes. */
const MAX_OUTPUT = 2 ** 20
/** What has been rebuilt once can be rebuilt again: a program may start many runs. */
const proven = new Map<string, Answer>()

/**
 * Rebuilds callbacks in a process like the background process, and answers for each by which export, or why it cannot be
 * done there. Never rejects.
 *
 * @param loaders - Arguments of Node, as the background process will be given them.
 */
export async function checkImports(
  modules: readonly Importable[],
  loaders: readonly string[],
  timeout: number = TIMEOUT,
): Promise<Answer[]> {
  const keyOf = ({ module, export: name, className }: Importable): string =>
    JSON.stringify([module, name, className, ...loaders])
  const open = modules.filter((one) => !proven.has(keyOf(one)))
  if (open.length === 0) return modules.map((one) => proven.get(keyOf(one))!)
  const { answers, failure } = await ask(open, loaders, timeout)
  return modules.map((one) => {
    const at = open.indexOf(one)
    if (at < 0) return proven.get(keyOf(one))!
    if (at >= answers.length) return { reason: `its module cannot be imported in the background process: ${failure}` }
    const answer = answers[at]!
    if ('reason' in answer) return { reason: `its module cannot be used in the background process: ${answer.reason}` }
    proven.set(keyOf(one), answer)
    return answer
  })
}

/** @returns an answer for each module, in order; fewer when the process could not go on, and why. */
function ask(
  modules: readonly Importable[],
  loaders: readonly string[],
  timeout: number,
): Promise<{ answers: Answer[]; failure: string }> {
  return new Promise((resolve) => {
    const options = {
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT,
      windowsHide: true,
      env: environmentOf(process.env, process.execArgv, workingDirectory()),
    } as const
    try {
      const [file = '', ...args] = commandFor('import-check-main', loaders)
      const child = execFile(file, args, options, (error, stdout, stderr) => {
        const answers = stdout
          .split('\n')
          .filter((line) => line.startsWith(MARK))
          .map((line) => JSON.parse(line.slice(MARK.length)) as Answer)
        const reason = /^\w*Error\b.*$/m.exec(stderr)?.[0].slice(0, 300)
        const ended = `it ended with ${error?.signal ?? error?.code ?? 0}`
        resolve({ answers, failure: error?.killed ? `it was not done within ${timeout / 1_000} s` : (reason ?? ended) })
      })
      child.stdin?.on('error', () => {}).end(JSON.stringify(modules))
    } catch (error) {
      resolve({ answers: [], failure: describeError(error) })
    }
  })
}
