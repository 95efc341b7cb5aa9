import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageOf } from './resident-module.ts'

/** The program of the background process; absent inside a bundle. */
const MAIN = programNear(import.meta.url)

/** Why no background process can be started here; absent when one can. */
export function obstacle(): string | undefined {
  return MAIN === undefined ? '@swanlab/background is bundled into the program' : undefined
}

/**
 * The command that starts one of the programs beside this file.
 *
 * @throws when there is no such file: inside a bundle.
 */
export function commandFor(program: 'main' | 'import-check-main', loaders: readonly string[]): string[] {
  if (MAIN === undefined) throw new Error(obstacle())
  const path = join(dirname(MAIN), `${program}${extname(MAIN)}`)
  return [process.execPath, ...loaderOf(MAIN, loaders), ...loaders, path]
}

/**
 * Inside a bundle there is no file to start, and starting the bundle would train a second time.
 *
 * @param self - Address of this file. Absent in CommonJS, which is a bundle's.
 */
function programNear(self: string | undefined): string | undefined {
  if (self === undefined) return undefined
  const { name, folder } = packageOf(fileURLToPath(self)) ?? {}
  if (name !== '@swanlab/background' || folder === undefined) return undefined
  const main = join(folder, self.endsWith('.ts') ? 'src/main.ts' : 'dist/main.js')
  return existsSync(main) ? main : undefined
}

/** tsx itself, by name or by its path. */
const TSX = /(?:^|[/\\=])tsx(?:$|[/\\])/

/** Node 20 cannot run TypeScript. Published packages hold JavaScript, so this matters in this repository only. */
function loaderOf(main: string, loaders: readonly string[]): string[] {
  if (!main.endsWith('.ts') || loaders.some((loader) => TSX.test(loader))) return []
  const tsx = createRequire(main).resolve('tsx')
  return ['--conditions=source', '--import', pathToFileURL(tsx).href]
}
