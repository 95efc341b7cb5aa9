import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Places } from './check-places.ts'

/** A package whose entry for tests is installed beside the author's project, or why not. */
export interface FoundPlaces {
  readonly load: () => Promise<Places>
  /** Absent: all that is needed is there. */
  readonly missing: string | undefined
}

/**
 * Finds the packages that drive callbacks elsewhere, from the project in whose folder the tests run: the core knows
 * neither of them.
 *
 * @param names - Of packages.
 */
export function findPlaces(names: readonly string[], folder: string = process.cwd()): FoundPlaces {
  const paths = names.map((name) => resolveFrom(`${name}/testing`, folder))
  const missing = names.filter((_, at) => paths[at] === undefined)
  const load = async (): Promise<Places> => {
    const modules = paths.map(async (path) => (await import(pathToFileURL(path!).href)) as { places: Places })
    return Object.assign({}, ...(await Promise.all(modules)).map(({ places }) => places)) as Places
  }
  return { load, missing: missing.length > 0 ? `${missing.join(' and ')} not installed` : undefined }
}

/** Strict installations give a project what it names itself, so that of `swanlab` is looked for through it. */
function resolveFrom(entry: string, folder: string): string | undefined {
  const project = createRequire(join(folder, 'package.json'))
  try {
    return project.resolve(entry)
  } catch {
    try {
      return createRequire(project.resolve('swanlab')).resolve(entry)
    } catch {
      return undefined
    }
  }
}
