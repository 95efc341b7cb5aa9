/** What the shells leave as it is. */
const PLAIN = /^[\w@%+=:,./<>-]+$/

/**
 * A command of `swanlab` as a message tells it. Through npx it works wherever Node is, without the package being
 * installed: "swanlab" alone is missing there, or is the command of SwanLab for Python.
 *
 * @param args - Such as `['sync', dir]`.
 */
export function cliCommand(...args: readonly string[]): string {
  return ['npx', 'swanlab', ...args.map(quoted)].join(' ')
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
