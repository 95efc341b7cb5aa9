import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { BUILT_PAGE, NOT_BUILT } from '../built-page.ts'
import { secureAnswer } from './security-headers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

/**
 * The page as it was built: read once, served from memory. Names below `assets` hold a hash of their content.
 *
 * @param mode - The page is told before it may ask anything: on a server it asks people to sign in.
 * @returns what answers with the page itself.
 */
export function pageFiles(
  app: FastifyInstance,
  mode: 'watch' | 'server',
  folder: string = BUILT_PAGE,
): (reply: FastifyReply) => FastifyReply {
  const assets = join(folder, 'assets')
  for (const name of existsSync(assets) ? readdirSync(assets) : []) {
    const content = readFileSync(join(assets, name))
    const type = TYPES[extname(name)]
    if (type === undefined) continue
    app.get(`/assets/${name}`, (_request, reply) => {
      secureAnswer(reply)
      return reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(content)
    })
  }
  const path = join(folder, 'index.html')
  const index = existsSync(path)
    ? readFileSync(path, 'utf8').replace('content="watch"', `content="${mode}"`)
    : undefined
  return (reply) => {
    secureAnswer(reply)
    if (index === undefined) return reply.status(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    return reply.status(200).type('text/html; charset=utf-8').send(index)
  }
}
