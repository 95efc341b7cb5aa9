import type { ConfigSnapshot, JsonValue } from '@swanlab/core/internal'

/** Longest key that YAML finds by itself, in characters. */
const LONGEST_KEY = 1_000
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g

/**
 * A configuration in the layout of SwanLab's config.yaml: `{ desc, sort, value }` by key. Values are written as JSON,
 * which is YAML, so that nothing needs to be loaded while a process is about to exit.
 */
export function configYaml(config: ConfigSnapshot): string {
  const entries = Object.entries(config).map(([key, value], sort) => ({ key, sort, value }))
  entries.sort((a, b) => (a.key < b.key ? -1 : 1))
  const text = entries.map(
    ({ key, sort, value }) => `${yamlKey(key)}:\n  desc: ''\n  sort: ${sort}\n  value: ${yaml(value)}\n`,
  )
  return text.join('') || '{}\n'
}

/** Words that YAML would read as something else are quoted. */
function yamlKey(key: string): string {
  const plain = /^[a-z_][\w-]*$/i.test(key) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(key)
  return plain && key.length <= LONGEST_KEY ? key : announced(yaml(key), '\n')
}

/** A longer key does not go without a mark before it. */
function announced(key: string, end = ''): string {
  return key.length <= LONGEST_KEY ? key : `? ${key}${end}`
}

function escaped(text: string): string {
  return text.replaceAll(UNPRINTABLE, (at) => `\\u${at.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** JSON is YAML, but for what only Python's reader asks: a point in `1e-7`, and no character that cannot be printed. */
function yaml(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?e/g, (part, at: number, json: string) => {
    if (part.startsWith('"')) return json[at + part.length] === ':' ? announced(escaped(part)) : escaped(part)
    return part.includes('.') ? part : part.replace('e', '.0e')
  })
}
