import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Registry {
  readonly url: string
  close(): void
}

/**
 * A registry that has our packages as they are packed: `npm install swanlab` as after a release. For all others it sends
 * npm to the registry that this machine uses.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  const tarballs = new Map(readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]))
  const others = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim().replace(/\/$/, '')
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('cache-control', 'no-store')
    const tarball = tarballs.get(url)
    if (tarball) return void response.end(tarball)
    const name = decodeURIComponent(url).slice(1)
    const prefix = `/${name.replace('@', '').replace('/', '-')}-`
    const path = [...tarballs.keys()].find((file) => file.startsWith(prefix) && /^\d/.test(file.slice(prefix.length)))
    if (path === undefined) return void response.writeHead(302, { location: `${others}${url}` }).end()
    response.end(JSON.stringify(described(join(folder, path), `${origin()}${path}`)))
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

/** @param path - Of the packed package, whose own manifest says what is in it: packing has changed it. */
function described(path: string, tarball: string): object {
  const text = execFileSync('tar', ['-xzOf', path, 'package/package.json'], { encoding: 'utf8' })
  const manifest = JSON.parse(text) as { name: string; version: string; devDependencies?: object }
  const integrity = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`
  delete manifest.devDependencies
  return {
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist: { tarball, integrity } } },
  }
}
