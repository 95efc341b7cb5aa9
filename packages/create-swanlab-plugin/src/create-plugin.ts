import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Kind, KINDS } from './kinds.ts'
import { capitalized, checkName, classNameOf } from './package-name.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
/** Of templates that would mean something to npm under their own name. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'manifest.json': 'package.json' }

export interface PluginOptions {
  readonly name: string
  readonly kind: Kind
  /** The folder to make, from `cwd`. One that exists must be empty. */
  readonly dir: string
  readonly cwd: string
}

/**
 * Writes a package with a plugin, its test, and what it takes to publish it.
 *
 * @returns the path of its folder.
 * @throws Error for a name that npm would refuse, and for a place that is not free. Nothing is written then.
 */
export function createPlugin({ name, kind, dir, cwd }: PluginOptions): string {
  checkName(name)
  const folder = resolve(cwd, dir)
  if (!isFree(folder)) throw new Error(`${folder} exists, and is not an empty folder. Nothing was changed.`)
  const word = capitalized(kind)
  const className = classNameOf(name, word)
  for (const [path, text] of [...filesOf('shared'), ...filesOf(kind)]) {
    const target = join(folder, RENAMED[path] ?? path)
    mkdirSync(dirname(target), { recursive: true })
    const adapted = text.replaceAll(/\bmy-plugin\b/g, name).replaceAll(`My${word}`, className)
    writeFileSync(target, path === 'manifest.json' ? manifestOf(adapted, kind) : adapted)
  }
  return folder
}

function isFree(folder: string): boolean {
  return !existsSync(folder) || (statSync(folder).isDirectory() && readdirSync(folder).length === 0)
}

/** Those of a folder of the templates, by their paths in it. */
function filesOf(folder: string): [path: string, text: string][] {
  const root = join(PACKAGE, 'templates', folder)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => [path, readFileSync(join(root, path), 'utf8')])
}

/** @param template - In which every version of SwanLab's packages is 0.0.0. */
function manifestOf(template: string, kind: Kind): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const { does, dependencies } = KINDS[kind]
  const manifest = JSON.parse(template.replaceAll('0.0.0', version)) as Record<string, unknown>
  manifest['description'] = `A plugin for SwanLab that ${does}.`
  if (dependencies.length === 0) delete manifest['dependencies']
  else manifest['dependencies'] = Object.fromEntries(dependencies.map((one) => [one, `^${version}`]))
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}
