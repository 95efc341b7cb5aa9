import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ROOT } from './pages.ts'

export interface Registry {
  readonly url: string
  close(): void
}

/** A registry that has our packages alone, as they are packed: `npm install @swanlab/core` as after a release. */
export async function startRegistry(folder: string): Promise<Registry> {
  const tarballs = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]))
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('cache-control', 'no-store')
    const tarball = tarballs.get(url)
    if (tarball) return void response.end(tarball)
    const name = decodeURIComponent(url).replace(/^\/@swanlab\//, '')
    const [path, content] = [...tarballs].find(([file]) => file.startsWith(`/swanlab-${name}-`)) ?? []
    if (path === undefined || content === undefined) return void response.writeHead(404).end()
    response.end(JSON.stringify(described(name, content, `${origin()}${path}`)))
  })
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: origin(),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function described(name: string, content: Buffer, tarball: string): object {
  const text = readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')
  // Packing has turned these into versions.
  const { version } = JSON.parse(text) as { version: string }
  const manifest = JSON.parse(text.replaceAll('"workspace:^"', `"^${version}"`)) as Record<string, unknown>
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`
  delete manifest['devDependencies']
  return {
    name: manifest['name'],
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball, integrity } } },
  }
}
