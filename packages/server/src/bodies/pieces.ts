import { z, type ZodType } from 'zod'
import { ApiError } from '../errors.ts'
import type { Span } from './json-outline.ts'

/** A list in a body that is too large to be parsed at once: its items, some at a time, in their order. */
export class Pieces implements AsyncIterable<readonly unknown[]> {
  readonly #spans: readonly Span[]
  readonly #parse: (span: Span) => Promise<readonly unknown[]>

  /** @param parse - Waits for its turn. */
  constructor(spans: readonly Span[], parse: (span: Span) => Promise<readonly unknown[]>) {
    this.#spans = spans
    this.#parse = parse
  }

  /** An item that is too large is undefined. @throws ApiError 400 where the text is no JSON. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly unknown[]> {
    for (const span of this.#spans) yield span.isTooLarge ? [undefined] : await this.#parse(span)
  }

  /** @throws ApiError 400 */
  async all(): Promise<unknown[]> {
    if (this.#spans.some(({ isTooLarge }) => isTooLarge))
      throw new ApiError(400, 'Bad_Request', 'an item of a list in the request is too large')
    const all: unknown[] = []
    for await (const items of this) for (const item of items) all.push(item)
    return all
  }
}

/** A list of anything in the body of a route that takes pieces. */
export const items: ZodType<readonly unknown[] | Pieces> = z.union([z.array(z.unknown()), z.instanceof(Pieces)])

/** The items of a list, whether it came in pieces or not. */
export async function* inPieces(list: readonly unknown[] | Pieces): AsyncGenerator<readonly unknown[]> {
  if (list instanceof Pieces) yield* list
  else yield list
}
