import type { FastifyError, FastifyInstance } from 'fastify'
import { STATUS_CODES } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from './context.ts'
import { ApiError, LATER, later, OverloadError } from './errors.ts'
import { throttledReport } from './throttled-report.ts'

/** Answers and reports errors. @param laterDelay - Before an answer of "later", in milliseconds. */
export function handleErrors(
  app: FastifyInstance,
  context: Pick<Context, 'report' | 'clock'>,
  laterDelay: number,
): void {
  const { report } = context
  const overloads = new Map<string, () => void>()
  const reportOverload = (reason: string): void => {
    const count =
      overloads.get(reason) ??
      throttledReport(
        context,
        (requests) => `${requests} request${requests === 1 ? '' : 's'} told to come later: ${reason}`,
      )
    overloads.set(reason, count)
    count()
  }
  app.setErrorHandler(async (error: FastifyError | ApiError, request, reply) => {
    const known = asApiError(error)
    if (known instanceof OverloadError) reportOverload(known.message)
    else if (known.status >= 500)
      report('error', `${request.method} ${request.routeOptions.url ?? request.url}: ${withCause(error)}`)
    if (known.status === LATER) await pause(laterDelay, undefined, { ref: false })
    reply.raw.statusMessage = known.reason ?? STATUS_CODES[known.status] ?? 'Unknown'
    return reply.status(known.status).send({ code: known.code, message: known.message })
  })
}

/** Clients get the message; which file is behind it is for the server's own report. */
function withCause({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error
  const status = error.statusCode ?? 500
  if (status < 500) return new ApiError(status, 'Bad_Request', error.message)
  // A fault of the server's own: the client is to keep its data.
  return later('the server failed; it has noted why')
}
