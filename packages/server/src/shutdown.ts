import type { FastifyInstance } from 'fastify'
import { later } from './errors.ts'

/**
 * When the server is closed it first stops to listen. What still arrives on open connections is told to come later; answers
 * to what had arrived before say that their connection ends, or it would stay open for the next request.
 */
export function refuseWhileClosing(app: FastifyInstance): void {
  let closing = false
  // Fastify stops to listen right after this hook.
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    done(closing ? later('the server is closing') : undefined)
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** @param timeout - After which connections that are still open are cut off, in milliseconds. */
export async function closeWithin(app: FastifyInstance, timeout: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), timeout).unref()
  await app.close()
  clearTimeout(timer)
}
