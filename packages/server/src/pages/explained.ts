import { PageError } from '@swanlab/dashboard'
import type { FastifyReply } from 'fastify'
import { ApiError } from '../errors.ts'

/** What clients of the API are answered, as a sentence for people. */
export async function explained<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 429) reply.header('retry-after', '10')
    throw new PageError(error.status, `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.`)
  }
}
