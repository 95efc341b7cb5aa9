import { text } from 'node:stream/consumers'
import { describeError } from '@swanlab/core/internal'
import { markAsBackground } from './background-flag.ts'
import { type Answer, MARK, type Importable } from './import-check-ipc.ts'
import { importModule, nameOfExport, rebuild } from './resident-module.ts'

// Rebuilds what it reads from standard input, as the background process would, and answers for each whether it worked.
markAsBackground()
const order = JSON.parse(await text(process.stdin)) as readonly Importable[]
for (const one of order) process.stdout.write(`\n${MARK}${JSON.stringify(await answerFor(one))}\n`)
process.stdout.write('', () => process.exit())

async function answerFor({ name, module, export: stated, className = '', options }: Importable): Promise<Answer> {
  try {
    const exported = stated ?? nameOfExport(await importModule(module), className, module)
    const callback = await rebuild({ module, export: exported, options })
    return callback.name === name ? { export: exported } : { reason: `it calls itself "${callback.name}" there` }
  } catch (error) {
    return { reason: describeError(error) }
  }
}
