/** What the shells leave as it is. */
const PLAIN = /^[\w@%+=:,./<>-]+$/

/** Packages resolve to their sources: this is a clone, whose packages are not installed anywhere. */
const IN_CLONE = '--conditions=source'

/**
 * A command of `swanlab` as a message tells it. Through npx it works wherever Node is, without the package being
 * installed: "swanlab" alone is missing there, or is the command of SwanLab for Python. In a clone, at its root, it is the
 * script of that name: npx would look for the package in the registry.
 *
 * @param args - Such as `['sync', dir]`.
 */
export function cliCommand(...args: readonly string[]): string {
  return commandOf(args, process.execArgv)
}

/** @param execArgv - Options of Node that the program runs with. */
export function commandOf(args: readonly string[], execArgv: readonly string[]): string {
  const npx = execArgv.includes(IN_CLONE) ? ['npx', '-y', 'pnpm@10.34.9'] : ['npx']
  return [...npx, 'swanlab', ...args.map(quoted)].join(' ')
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
