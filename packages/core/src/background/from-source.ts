import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

// Node 20 cannot run TypeScript. Published packages hold JavaScript, so all of this matters in this repository only.
const FROM_SOURCE = import.meta.url.endsWith('.ts')

/** A module beside this one, as it is called where it runs. @param name - Without extension. */
export function moduleUrl(name: string): URL {
  return new URL(`./${name}.${FROM_SOURCE ? 'ts' : 'js'}`, import.meta.url)
}

/** What Node must be told to run {@link moduleUrl}. */
export function nodeOptions(): string[] {
  if (!FROM_SOURCE) return []
  const tsx = createRequire(import.meta.url).resolve('tsx')
  return ['--conditions=source', '--import', pathToFileURL(tsx).href]
}
