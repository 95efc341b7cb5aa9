import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blocksOf, type Block } from './blocks.ts'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

/** Every page that people copy from, from the root. */
export function pages(): string[] {
  const own = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`)
  const more = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)
  return ['README.md', ...own, ...more].filter((page) => page.endsWith('.md') && existsSync(join(ROOT, page)))
}

/** @throws Error as {@link blocksOf} does. */
export function blocksIn(page: string): Block[] {
  return blocksOf(page, readFileSync(join(ROOT, page), 'utf8'))
}
