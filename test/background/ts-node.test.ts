import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { program, UserProject } from './user-project.ts'

// TypeScript of a user's own, run by ts-node. Its commands hook into the process that they run in.

const require = createRequire(import.meta.url)
const PLUGIN = `
import { appendFileSync } from 'node:fs'
import type { CallbackContext, LogRecord } from '@swanlab/core'
import { NotificationCallback } from '@swanlab/notification'

export class Watcher extends NotificationCallback<{ topic: string }> {
  onLog({ step }: LogRecord, { place }: CallbackContext): void {
    appendFileSync(process.env['NOTES']!, \`\${place} \${step} \${this.options.topic}\\n\`)
  }
  async send(): Promise<void> {}
}`

let project: UserProject
beforeEach(() => {
  project = new UserProject()
  project.link(dirname(require.resolve('ts-node/package.json')), 'ts-node')
  project.link(dirname(require.resolve('typescript-6/package.json')), 'typescript')
})
afterEach(() => project.remove())

test.each<[how: string, type: string, argv: string[]]>([
  ['its command, in CommonJS', 'commonjs', [require.resolve('ts-node/dist/bin.js')]],
  ['its loader, in ES modules', 'module', ['--no-warnings', '--loader', 'ts-node/esm']],
])('a notifier lives in the background process under ts-node: %s', async (_, type, argv) => {
  const compilerOptions = {
    target: 'es2022',
    module: 'node16',
    moduleResolution: 'node16',
    allowImportingTsExtensions: true,
    noEmit: true,
  }
  project.write({
    'package.json': JSON.stringify({ name: 'mine', type }),
    'tsconfig.json': JSON.stringify({ compilerOptions, 'ts-node': { transpileOnly: true } }),
    'plugin.ts': PLUGIN,
    'train.ts': program("import { Watcher } from './plugin.ts'", "new Watcher({ topic: 'cats' })"),
  })
  const { places, notes } = await project.run([...argv, 'train.ts'])
  expect(places['Watcher']).toBe('resident')
  expect(notes).toEqual(['resident 0 cats'])
})
