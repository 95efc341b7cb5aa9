import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pages.ts'

/** A block of TypeScript under an `@example` of a public comment. */
export interface Example {
  /** Path from the root, and line of its first line of code. */
  readonly place: string
  readonly code: string
}

const COMMENT = /\/\*\*.*?\*\//gs
const BLOCK = /@example\b[^@]*?```ts\n(?<code>.*?)```/gs
const IN_FOLDER = /^(?!.*(?:\.test\.ts$|\/testing\/)).*\.ts$/

/** All of them in the packages' sources. */
export function examples(): Example[] {
  return readdirSync(join(ROOT, 'packages')).flatMap((name) => {
    const source = `packages/${name}/src`
    return readdirSync(join(ROOT, source), { recursive: true, encoding: 'utf8' })
      .filter((path) => IN_FOLDER.test(path))
      .flatMap((path) => examplesIn(`${source}/${path}`, readFileSync(join(ROOT, source, path), 'utf8')))
  })
}

/** @throws Error for an `@example` without a block of TypeScript: nobody would check it. */
export function examplesIn(path: string, text: string): Example[] {
  return [...text.matchAll(COMMENT)].flatMap(({ 0: comment, index }) => {
    const tags = comment.split(/^\s*\* @example\b/m).length - 1
    if (tags === 0) return []
    const bare = comment.replaceAll(/^[ \t]*\* ?/gm, '')
    const found = [...bare.matchAll(BLOCK)]
    if (found.length !== tags) throw new Error(`${path}: an @example without a block that begins with \`\`\`ts`)
    return found.map(({ groups, index: at }) => {
      const code = groups?.['code'] ?? ''
      const before = bare.slice(0, bare.indexOf(code, at)).split('\n').length
      return { place: `${path}:${text.slice(0, index).split('\n').length + before - 1}`, code }
    })
  })
}

/**
 * Writes each as a module of its own, with a `tsconfig.json` beside them.
 *
 * @returns the path that each has been given, by its place.
 */
export function writeExamples(folder: string, all: readonly Example[]): ReadonlyMap<string, string> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const config = {
    extends: join(ROOT, 'tsconfig.check.json'),
    // Against the types as they are published.
    compilerOptions: { customConditions: [] },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return new Map(
    all.map(({ place, code }, i) => {
      const path = join(folder, `${i}.ts`)
      writeFileSync(path, `${needsRun(code) ? SUBJECT : ''}${code}\nexport {}\n`)
      return [path, place]
    }),
  )
}

/** An example of a method of a run is not about how one is started. */
const SUBJECT = "import type { Run } from '@swanlab/core'; declare const run: Run; "

function needsRun(code: string): boolean {
  return /\brun\./.test(code) && !/\b(?:const run\b|run: )/.test(code)
}
