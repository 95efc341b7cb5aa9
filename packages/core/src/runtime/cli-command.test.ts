import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cliCommand, commandOf } from './cli-command.ts'

test('a command in a message can be copied into a shell as it is, and needs no installed package', () => {
  expect(cliCommand('login')).toBe('npx swanlab login')
  expect(cliCommand('sync', 'swanlog/run-1')).toBe('npx swanlab sync swanlog/run-1')
  expect(cliCommand('sync', "my runs/it's")).toBe(String.raw`npx swanlab sync 'my runs/it'\''s'`)
})

test('in a clone the command is the script of its root, run by the package manager that the clone names', () => {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
  const { packageManager, scripts } = JSON.parse(text) as { packageManager: string; scripts: Record<string, string> }
  const [name] = packageManager.split('+')
  expect(scripts['swanlab']).toBeDefined()
  expect(commandOf(['watch', 'swanlog'], ['--conditions=source', '--import', 'tsx'])).toBe(
    `npx -y ${name} swanlab watch swanlog`,
  )
})
