import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './pages.ts'
import { startRegistry } from './registry.ts'

/** What somebody meets who has npm and nothing else. */
export interface Surroundings {
  /** Of everything that is made. */
  readonly folder: string
  /** A registry that has our packages as they are packed. */
  readonly registryUrl: string
  /** A chat that takes every message. */
  readonly slackUrl: string
  close(): void
}

/** Where `pnpm packages` puts what npm would get. */
export const PACKED: string = join(ROOT, 'packed')

export async function startSurroundings(): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'swanlab-newcomer-'))
  // What npx installs stays here; what npm has downloaded before is not downloaded again.
  mkdirSync(join(folder, 'npm'))
  const downloads = join(process.env['npm_config_cache'] ?? join(homedir(), '.npm'), '_cacache')
  if (existsSync(downloads)) symlinkSync(downloads, join(folder, 'npm/_cacache'))
  const slack = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve))
  const registry = await startRegistry(PACKED)
  return {
    folder,
    registryUrl: registry.url,
    slackUrl: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/`,
    close: () => {
      slack.close()
      registry.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
