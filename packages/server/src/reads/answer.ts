import type { FastifyReply, FastifyRequest } from 'fastify'
import { userOf, type Context } from '../context.ts'
import { Sheet, writeJson, type Text } from './sheet.ts'
import { Abandoned, type Work } from './work.ts'

/** Items of an answer that need not wait. */
const SHORT = 1_000

/** Answers with what is read in turn with other reads: whatever may take long. @throws ApiError 507 when too many wait. */
export async function answerInTurn(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (work: Work, sheet: Sheet) => Promise<unknown>,
): Promise<FastifyReply> {
  const user = userOf(context, request)
  return handled(reply, (signal) => context.reads.run(user, signal, (work) => send(reply, work, read)))
}

/** Answers at once with what may be long, and lets others work meanwhile. */
export async function answerAtOnce(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  value: unknown,
): Promise<FastifyReply> {
  return handled(reply, (signal) =>
    send(reply, context.reads.direct(userOf(context, request), signal), async () => value),
  )
}

/** An answer that is longer the more is asked for. @param count - Of the items that are asked for. */
export function answerList(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  count: number,
  make: () => unknown,
): Promise<FastifyReply> {
  return count > SHORT
    ? answerInTurn(context, request, reply, async () => make())
    : answerAtOnce(context, request, reply, make())
}

async function send(
  reply: FastifyReply,
  work: Work,
  read: (work: Work, sheet: Sheet) => Promise<unknown>,
): Promise<FastifyReply> {
  let text: Text
  try {
    const sheet = new Sheet(work)
    await writeJson(await read(work, sheet), sheet)
    text = sheet.end()
  } catch (error) {
    work.release()
    throw error
  }
  // What a slow reader has not fetched still counts.
  work.release(text.bytes)
  if (reply.raw.destroyed) work.release()
  else reply.raw.once('close', () => work.release())
  return reply.type('application/json; charset=utf-8').header('content-length', text.bytes).send(text.stream())
}

/** Ends silently when the client has disconnected. */
async function handled(
  reply: FastifyReply,
  answer: (signal: AbortSignal) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const gone = new AbortController()
  if (reply.raw.destroyed) gone.abort()
  else reply.raw.once('close', () => gone.abort())
  try {
    return await answer(gone.signal)
  } catch (error) {
    if (error instanceof Abandoned) return reply.hijack()
    throw error
  }
}
