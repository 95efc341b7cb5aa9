import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { createPlugin } from './create-plugin.ts'
import { type Kind, kindOf, KINDS } from './kinds.ts'
import { folderOf } from './package-name.ts'

const DEFAULT: Kind = 'notifier'
const USAGE = `Usage: npm create swanlab-plugin <name> -- [options]

  <name>          name of the package, such as swanlab-plugin-pager or @me/pager
  --kind <kind>   what the plugin does; default: ${DEFAULT}
${Object.entries(KINDS)
  .map(([kind, { does }]) => `                  ${kind.padEnd(10)}${does}\n`)
  .join('')}  --dir <folder>  where it is made; default: ./<name>, without the scope
  --help          prints this
`

/** Does what the arguments say, and prints what follows. @returns the exit code. */
export function run(args: readonly string[], cwd: string = process.cwd()): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { kind: { type: 'string' }, dir: { type: 'string' }, help: { type: 'boolean' } },
    })
    if (values.help) return print(USAGE)
    const [name, ...more] = positionals
    if (name === undefined || more.length > 0) return fail(`It takes the name of one package.\n\n${USAGE}`)
    const kind = kindOf(values.kind ?? DEFAULT)
    const folder = createPlugin({ name, kind, cwd, dir: values.dir ?? folderOf(name) })
    return print(nextSteps(name, kind, relative(cwd, folder)))
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function nextSteps(name: string, kind: Kind, folder: string): string {
  return `${name}, a ${kind}, is in ${folder || 'this folder'}. Next:

${folder && `  cd ${folder}\n`}  npm install
  npm test

Then make src/index.ts your own; README.md says how to try and publish it.
`
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function fail(message: string): number {
  process.stderr.write(`create-swanlab-plugin: ${message}\n`)
  return 1
}
