import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Options of Node with a value that decide how modules are found and turned into JavaScript. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '--conditions',
  '-C',
])
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  '--experimental-strip-types',
  '--experimental-transform-types',
  '--experimental-specifier-resolution=node',
  '--preserve-symlinks',
  '--no-warnings',
])

/** Set by ts-node where it has hooked into `require`. */
const TS_NODE: unique symbol = Symbol.for('ts-node.register.instance') as never
/**
 * The training's options for loading modules, as arguments for another process in the same folder: tsx, ts-node,
 * swc-node and their like, and export conditions. By `--import` something else may be loaded, too, such as
 * instrumentation; only callbacks that need a loader get it.
 */
export function loadersOf(execArgv: readonly string[], nodeOptions = ''): string[] {
  return [...pick(wordsOf(nodeOptions)), ...pick(execArgv)]
}

/** Those of this process. The command `ts-node` leaves no trace in its arguments. */
export function loadersHere(): string[] {
  const loaders = loadersOf(process.execArgv, process.env['NODE_OPTIONS'])
  if (!(TS_NODE in process) || loaders.some((loader) => loader.includes('ts-node'))) return loaders
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  const main = loaded.find((path) => /[/\\]ts-node[/\\]dist[/\\]index\.js$/.test(path))
  // The training has checked the types.
  return main === undefined ? loaders : [...loaders, '--require', join(dirname(main), '../register/transpile-only.js')]
}

function pick(args: readonly string[]): string[] {
  return args.flatMap((arg, at) => {
    if (WITHOUT_VALUE.has(arg) || WITH_VALUE.has(arg.split('=')[0]!)) {
      if (arg.includes('=') || WITHOUT_VALUE.has(arg)) return [arg]
      const value = args[at + 1]
      return value === undefined ? [] : [arg, value]
    }
    return []
  })
}

/** As Node splits them: at spaces, unless they are inside double quotes, where a backslash escapes. */
function wordsOf(text: string): string[] {
  return (text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []).map((word) =>
    word.replaceAll(/"((?:\\.|[^"\\])*)"/g, (_, quoted: string) => quoted.replaceAll(/\\(.)/g, '$1')),
  )
}
