import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const IS_SOURCE = /^(?!.*(?:^|[\\/])(?:node_modules|dist|out)[\\/]).*\.m?[jt]s$/

const texts = ['packages', 'test', 'bench', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => IS_SOURCE.test(path))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8')),
)

/** Names that an `internal.ts` passes on: its only statements are `export { … } from`. */
function namesIn(text: string): string[] {
  const lists = Array.from(text.matchAll(/\{(?<names>[^}]*)\}/g), ({ groups }) => groups?.['names'] ?? '')
  return lists.flatMap((list) => list.split(',')).flatMap((name) => /\w+(?=\s*$)/.exec(name)?.[0] ?? [])
}

it('what a package shares with its siblings is used by one of them, or by a test', () => {
  const unused = readdirSync(join(ROOT, 'packages')).flatMap((folder) => {
    const path = join(ROOT, 'packages', folder, 'src/internal.ts')
    if (!existsSync(path)) return []
    const entry = `@swanlab/${folder}/internal`
    const users = texts.filter((text) => text.includes(`'${entry}'`)).join('\n')
    return namesIn(readFileSync(path, 'utf8'))
      .filter((name) => !new RegExp(String.raw`\b${name}\b`).test(users))
      .map((name) => `${entry} ${name}`)
  })
  expect(unused).toEqual([])
})
