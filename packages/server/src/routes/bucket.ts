import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isSignedByAws } from '../aws-signature.ts'
import { iso, isSigned, runOf, sign, type Context } from '../context.ts'
import { throttledReport } from '../throttled-report.ts'
import { drop, receive } from './object-body.ts'

const TIME = 86_400_000
const BUCKET = 'swanlab'

/** Clients before 0.7.4 put media into a bucket of an object store, with credentials that they ask for; this is one. */
export function bucketRoutes(app: FastifyInstance, context: Context): void {
  const { storage, clock } = context
  const dropped = throttledReport(
    context,
    (count) => `${count} objects were dropped: their credentials have expired or are wrong`,
  )

  app.get('/project/:workspace/:project/runs/:id/sts', async (request) => {
    const { cuid } = runOf(context, request, 'write')
    const expires = clock() + TIME
    return {
      expiredTime: Math.floor(expires / 1000),
      expiredAt: iso(expires),
      prefix: cuid,
      bucket: BUCKET,
      region: 'local',
      endPoint: `${context.publicUrl(request)}/objects`,
      pathStyle: true,
      credentials: {
        tmpSecretId: cuid,
        tmpSecretKey: sign(context, `key ${cuid}`, expires),
        sessionToken: `${expires}.${sign(context, `sts ${cuid}`, expires)}`,
      },
    }
  })

  app.put(`/objects/${BUCKET}/:id/*`, { config: { open: true } }, async (request, reply) => {
    const { id, '*': path } = request.params as { id: string; '*': string }
    if (!isAllowed(request, id)) {
      dropped()
      return drop(request, reply)
    }
    return receive(context, request, reply, context.limits.object, (content) => storage.put(id, path, content))
  })

  /** The token says for which run and until when, the signature for which object. */
  function isAllowed({ headers, method, raw }: FastifyRequest, cuid: string): boolean {
    const [expires, token = ''] = String(headers['x-amz-security-token'] ?? '').split('.')
    if (!isSigned(context, `sts ${cuid}`, Number(expires), token) || !storage.runByCuid(cuid)) return false
    const [url = ''] = (raw.url ?? '').split('?')
    // What comes before the bucket depends on who stands before the server.
    const resource = url.slice(url.indexOf(`/${BUCKET}/${cuid}/`))
    return isSignedByAws(cuid, sign(context, `key ${cuid}`, Number(expires)), { method, resource, headers })
  }
}
