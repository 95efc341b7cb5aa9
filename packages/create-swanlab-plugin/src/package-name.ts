import { builtinModules } from 'node:module'

const MAX_LENGTH = 214
/** Of a name, and of a scope: what npm takes for new packages. */
const NAME = /^(?:@[a-z\d-][a-z\d._-]*\/)?[a-z\d-][a-z\d._-]*$/
const RESERVED: readonly string[] = ['node_modules', 'favicon.ico', ...builtinModules]
/** Says nothing that the kind of plugin does not say. */
const FILLER = /^(?:swanlab|plugin|callback|notifier|exporter|rule|backend)$/

/**
 * Refuses what npm does not take as the name of a new package.
 *
 * Source: https://docs.npmjs.com/cli/configuring-npm/package-json#name
 *
 * @throws Error that says why.
 */
export function checkName(name: string): void {
  const shown = JSON.stringify(name.slice(0, MAX_LENGTH))
  if (name.length > MAX_LENGTH) throw new Error(`A package name has at most ${MAX_LENGTH} characters.`)
  if (!NAME.test(name))
    throw new Error(
      `${shown} is no package name: it takes lowercase letters, digits, "-", "_" and ".", after a letter, digit or "-", and may have a @scope/ before it.`,
    )
  if (RESERVED.includes(name)) throw new Error(`${shown} cannot be the name of a package: Node.js or npm uses it.`)
}

/** The name without its scope. */
export function folderOf(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

/** `swanlab-plugin-pager` of the kind `Notifier` is `PagerNotifier`. @param kind - Its name as a word of a class. */
export function classNameOf(name: string, kind: string): string {
  const words = folderOf(name)
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '' && !FILLER.test(word))
  const own = words.map(capitalized).join('') || 'My'
  return `${/^\d/.test(own) ? 'My' : ''}${own}${kind}`
}

export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
