import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from './pages.ts'

type Arrows = ReadonlyMap<string, ReadonlySet<string>>

/** Straight or over others. */
function reachable(from: string, arrows: Arrows): string[] {
  const found = new Set<string>()
  const visit = (name: string): void => {
    for (const next of arrows.get(name) ?? []) if (!found.has(next)) visit((found.add(next), next))
  }
  visit(from)
  return [...found].toSorted()
}

function arrowsOfPage(): Arrows {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
  const arrows = new Map<string, Set<string>>()
  for (const { groups = {} } of page.matchAll(/^ *(?<from>[\w-]+) --> (?<to>[\w-]+)$/gm)) {
    const { from = '', to = '' } = groups
    arrows.set(from, (arrows.get(from) ?? new Set()).add(to))
  }
  return arrows
}

function arrowsOfPackages(): Arrows {
  return new Map(
    readdirSync(join(ROOT, 'packages')).map((name) => {
      const text = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')
      const manifest = JSON.parse(text) as Partial<Record<'dependencies' | 'peerDependencies', Record<string, string>>>
      const all = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
      const own = all.filter(([, version]) => version.startsWith('workspace:'))
      return [name, new Set(own.map(([each]) => each.replace('@swanlab/', '')))]
    }),
  )
}

it('the picture of the packages shows what they depend on', () => {
  const [page, packages] = [arrowsOfPage(), arrowsOfPackages()]
  const all = (arrows: Arrows): object =>
    Object.fromEntries([...packages.keys()].map((name) => [name, reachable(name, arrows)]))
  expect(all(page)).toEqual(all(packages))
})
