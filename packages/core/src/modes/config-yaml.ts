import type { ConfigSnapshot } from '../kernel/payloads.ts'

/**
 * A configuration in the layout of SwanLab's config.yaml: `{ desc, sort, value }` by key. Values are written as JSON,
 * which is YAML, so that nothing needs to be loaded while a process is about to exit.
 */
export function configYaml(config: ConfigSnapshot): string {
  const entries = Object.entries(config).map(([key, value], sort) => ({ key, sort, value }))
  entries.sort((a, b) => (a.key < b.key ? -1 : 1))
  return entries
    .map(({ key, sort, value }) => `${yamlKey(key)}:\n  desc: ''\n  sort: ${sort}\n  value: ${JSON.stringify(value)}\n`)
    .join('')
}

/** Words that YAML would read as something else are quoted; JSON strings are YAML strings. */
function yamlKey(key: string): string {
  return /^[a-z_][\w-]*$/i.test(key) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key)
}
