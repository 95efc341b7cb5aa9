import type { Node, Pair } from 'yaml'
import { DEEPEST, ParseFailure } from './parsed.ts'

export type Yaml = typeof import('yaml')

/** Most values of a file once every alias is replaced by a copy of what it stands for, as later steps will do. */
const MOST_VALUES = 200_000

/** Most anchors and aliases of a file: resolving takes time in proportion to the square of their number. */
const MOST_REFERENCES = 10_000

interface Extent {
  readonly kind: 'mapping' | 'list of mappings' | 'other'
  readonly values: number
  readonly depth: number
}

/**
 * Refuses a YAML tree that would grow out of bounds when its aliases are expanded, refers to what is not there, has
 * the same key twice, or merges what is not a mapping.
 *
 * @throws {ParseFailure}
 */
export function measure(yaml: Yaml, root: Node | null): void {
  const anchors = new Map<string, Extent | 'open'>()
  let references = 0

  function extentOf(node: unknown): Extent {
    if (yaml.isAlias(node)) {
      countReference(node)
      const target = anchors.get(node.source)
      if (target === undefined) fail(node, 'this alias stands for nothing above it')
      if (target === 'open') fail(node, 'this alias is within what it stands for')
      return target
    }
    const anchor = yaml.isNode(node) && 'anchor' in node ? node.anchor : undefined
    if (anchor && yaml.isNode(node)) {
      countReference(node)
      anchors.set(anchor, 'open')
    }
    const extent = yaml.isMap(node)
      ? extentOfMap(node, node.items)
      : yaml.isSeq(node)
        ? extentOfList(node, node.items)
        : ({ kind: 'other', values: 1, depth: 0 } as const)
    if (anchor) anchors.set(anchor, extent)
    return extent
  }

  function extentOfMap(map: Node, pairs: readonly Pair[]): Extent {
    const seen = new Set<unknown>()
    const children = pairs.map(({ key, value }) => {
      const child = extentOf(value)
      if (!yaml.isScalar(key)) return child
      if (key.value === '<<' && key.type === 'PLAIN') {
        if (child.kind === 'other') fail(key, '"<<" takes a mapping or a list of mappings')
      } else if (seen.has(key.value)) fail(key, 'this key has been given before')
      else seen.add(key.value)
      return child
    })
    return { kind: 'mapping', ...sum(map, children) }
  }

  function extentOfList(list: Node, items: readonly unknown[]): Extent {
    const children = items.map(extentOf)
    const kind = children.every((child) => child.kind === 'mapping') ? 'list of mappings' : 'other'
    return { kind, ...sum(list, children) }
  }

  function countReference(node: Node): void {
    references += 1
    if (references > MOST_REFERENCES) fail(node, `the file has more than ${MOST_REFERENCES} anchors and aliases`)
  }

  extentOf(root)
}

function sum(parent: Node, children: readonly Extent[]): { values: number; depth: number } {
  let values = 1
  let depth = 1
  for (const child of children) {
    values += child.values
    depth = Math.max(depth, child.depth + 1)
  }
  if (values > MOST_VALUES) fail(parent, `the file holds more than ${MOST_VALUES} values, aliases expanded`)
  if (depth > DEEPEST) fail(parent, `nested more than ${DEEPEST} levels deep, aliases expanded`)
  return { values, depth }
}

function fail(node: Node, reason: string): never {
  throw new ParseFailure(reason, node.range?.[0])
}
