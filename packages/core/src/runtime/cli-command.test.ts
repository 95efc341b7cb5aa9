import { expect, test } from 'vitest'
import { cliCommand } from './cli-command.ts'

test('a command in a message can be copied into a shell as it is, and needs no installed package', () => {
  expect(cliCommand('login')).toBe('npx swanlab login')
  expect(cliCommand('sync', 'swanlog/run-1')).toBe('npx swanlab sync swanlog/run-1')
  expect(cliCommand('sync', "my runs/it's")).toBe(String.raw`npx swanlab sync 'my runs/it'\''s'`)
})
