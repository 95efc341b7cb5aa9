import type { JsonValue } from '@swanlab/core'

/** Series that are drawn. The others need data or code that is not here. */
export const SERIES: ReadonlySet<string> = new Set([
  ...[
    'line',
    'bar',
    'pie',
    'scatter',
    'effectScatter',
    'radar',
    'tree',
    'treemap',
    'sunburst',
    'boxplot',
    'candlestick',
  ],
  ...['heatmap', 'parallel', 'lines', 'graph', 'sankey', 'funnel', 'gauge', 'pictorialBar', 'themeRiver'],
])
/** Values of an option. */
const MOST_VALUES = 300_000
const DEEPEST = 40
/** Parts that an axis is divided into. */
const MOST_PARTS = 100

/** Where a click would lead, what would be loaded, and what would not be a name of its own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['link', 'sublink', 'image', '__proto__', 'constructor', 'prototype'])

export type SafeOption =
  | { readonly option: Readonly<Record<string, JsonValue>> }
  | { readonly why: 'large' }
  | { readonly why: 'series'; readonly type: string }

/**
 * What of an option of ECharts is drawn. Whoever logged it may have wanted anything: it opens nothing, loads nothing, writes
 * no HTML, and what it does not say is not animated.
 */
export function safeOption(given: Readonly<Record<string, JsonValue>>): SafeOption {
  let values = 0
  const copy = (value: JsonValue, key: string, depth: number): JsonValue | undefined => {
    if (++values > MOST_VALUES || depth > DEEPEST) throw new TooLarge()
    if (typeof value === 'string') return /^\s*image:/i.test(value) ? undefined : value
    if (typeof value === 'number') return key === 'splitNumber' ? Math.min(MOST_PARTS, value) : value
    if (value === null || typeof value === 'boolean') return value
    if (Array.isArray(value)) return value.map((item) => copy(item, key, depth + 1) ?? null)
    const entries = Object.entries(value).flatMap(([name, item]) => {
      const copied = LEFT_OUT.has(name) ? undefined : copy(item, name, depth + 1)
      return copied === undefined ? [] : [[name, copied] as const]
    })
    // A tooltip would else be HTML, put together from names of the data.
    return Object.fromEntries(key === 'tooltip' ? [...entries, ['renderMode', 'richText'], ['confine', true]] : entries)
  }
  try {
    const option = copy(given, '', 0) as Readonly<Record<string, JsonValue>>
    const unknown = typesIn(option).find((type) => !SERIES.has(type))
    return unknown === undefined ? { option: { ...option, animation: false } } : { why: 'series', type: unknown }
  } catch (error) {
    if (error instanceof TooLarge) return { why: 'large' }
    throw error
  }
}

class TooLarge extends Error {}

function typesIn(option: Readonly<Record<string, JsonValue>>): string[] {
  const { baseOption } = option
  const inner = isObject(baseOption) ? typesIn(baseOption) : []
  return [
    ...inner,
    ...[option['series'] ?? []].flat().flatMap((series) => {
      const type = isObject(series) ? series['type'] : undefined
      // What is no name of a kind is none that is known.
      return isObject(series) ? (typeof type === 'string' ? type : JSON.stringify(type ?? null)) : []
    }),
  ]
}

function isObject(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
