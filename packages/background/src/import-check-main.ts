import { text } from 'node:stream/consumers'
import { describeError } from '@swanlab/core/internal'
import { markAsBackground } from './background-flag.ts'
import { MARK, type Importable } from './import-check-ipc.ts'
import { exportOf } from './resident-module.ts'

// Imports what it reads from standard input, as the background process would, and answers for each whether it worked.
markAsBackground()
const order = JSON.parse(await text(process.stdin)) as readonly Importable[]
for (const { module, export: name } of order) {
  let obstacle: string | null = null
  try {
    await exportOf(module, name)
  } catch (error) {
    obstacle = describeError(error)
  }
  process.stdout.write(`\n${MARK}${JSON.stringify(obstacle)}\n`)
}
process.stdout.write('', () => process.exit())
