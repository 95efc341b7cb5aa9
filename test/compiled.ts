import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Compiles the programs that tests start, and the packages that these import, as they would be published: plain Node
 * starts them in a third of the time that a loader of TypeScript takes, and there are hundreds of starts. Called by
 * vitest before all tests.
 */
export function setup(): void {
  run('tsc', '--build', 'test/tsconfig.programs.json')
  run('rolldown', '--config', 'rolldown.config.ts')
  for (const config of ['vite.config.ts', 'vite.viewer.config.ts'])
    run('packages/dashboard/node_modules/.bin/vite', 'build', '--config', `packages/dashboard/${config}`)
}

function run(command: string, ...args: string[]): void {
  const path = command.includes('/') ? command : `node_modules/.bin/${command}`
  try {
    execFileSync(path, args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`The programs that tests start cannot be built:\n${stdout}${stderr}`, { cause: error })
  }
}

/** Path of a compiled program. @param name - Such as `cloud/program`. */
export function compiled(name: string): string {
  return fileURLToPath(new URL(`dist/${name}.js`, import.meta.url))
}
