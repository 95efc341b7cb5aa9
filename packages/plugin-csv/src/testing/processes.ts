import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
}

/**
 * Runs one of the programs in this folder from its source.
 *
 * @param limits - `fileBlocks`: how long a file may grow, as `ulimit -f` counts it.
 */
export function runProgram(
  name: string,
  args: readonly string[],
  limits: { fileBlocks?: number } = {},
): Promise<Ending> {
  const program = fileURLToPath(new URL(name, import.meta.url))
  const command = [process.execPath, '--conditions=source', '--import', 'tsx', program, ...args]
  const [shell = '', ...rest] = limits.fileBlocks
    ? ['sh', '-c', `ulimit -f ${limits.fileBlocks}; exec "$@"`, 'sh', ...command]
    : command
  const child = spawn(shell, rest, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
}
