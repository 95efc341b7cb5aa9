import { parse as parseSafely } from 'secure-json-parse'
import { ApiError } from '../errors.ts'
import { outlineOf, SIZES, type Sizes, type Span } from './json-outline.ts'
import { Pieces } from './pieces.ts'

/** What of a turn it costs to look at a slice of a text. */
const LOOK = 32 * 1024
/** Values of a text that is read as a whole: twice the addresses that one request may ask for. */
const MAX_VALUES = 400_000

/** @throws ApiError 400 */
export function parsed(text: string): unknown {
  try {
    // A name that is poison costs itself, not the batch that it is in.
    return parseSafely(text, undefined, { protoAction: 'remove', constructorAction: 'remove' })
  } catch (error) {
    throw new ApiError(400, 'Bad_Request', `the request is no JSON: ${(error as Error).message.slice(0, 200)}`)
  }
}

/**
 * Parses a large text in turns.
 *
 * @param turn - Resolves when work of this cost may be done; rejects when it is not wanted any more.
 * @param pieces - The lists in it are to be `Pieces`, which can be larger than what is read as a whole.
 * @throws ApiError 400, and what `turn` does.
 */
export async function parseGradually(
  bytes: Buffer,
  { turn, pieces = false, sizes = SIZES }: { turn: (cost: number) => Promise<void>; pieces?: boolean; sizes?: Sizes },
): Promise<unknown> {
  const { head, lists, values } = await inTurns(outlineOf(bytes, sizes), () => turn(LOOK))
  if (head === undefined || (!pieces && values > MAX_VALUES))
    throw new ApiError(400, 'Bad_Request', 'the request says more than can be read at once')
  const parse = async ({ start, end }: Span): Promise<readonly unknown[]> => {
    await turn(end - start)
    return parsed(`[${bytes.toString('utf8', start, end)}]`) as unknown[]
  }
  await turn(head.length)
  return withLists(parsed(head), async (number) => {
    const list = new Pieces(lists[number]!, parse)
    return pieces ? list : list.all()
  })
}

async function inTurns<Result>(steps: Generator<void, Result>, turn: () => Promise<void>): Promise<Result> {
  for (;;) {
    await turn()
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Puts lists where the head of a text has their numbers. */
async function withLists(head: unknown, listAt: (number: number) => Promise<unknown>): Promise<unknown> {
  if (Array.isArray(head)) return listAt(head[0] as number)
  if (typeof head !== 'object' || head === null) return head
  const members: [string, unknown][] = []
  for (const [name, value] of Object.entries(head))
    members.push([name, Array.isArray(value) ? await listAt(value[0] as number) : value])
  return Object.fromEntries(members)
}
