import { z } from 'zod'

const MAX_PATH = 8_192
/** As a client names an object; contained by whoever keeps it. */
export const path: z.ZodString = z.string().max(MAX_PATH)
/** Many of them. By hand: a schema for each takes longer than all the rest. */
export const paths = (most: number): z.ZodType<string[]> =>
  z.custom<string[]>(
    (value) =>
      Array.isArray(value) &&
      value.length <= most &&
      value.every((one) => typeof one === 'string' && one.length <= MAX_PATH),
    { error: `takes at most ${most} paths of at most ${MAX_PATH} characters` },
  )
/** Addresses that one request may ask for; more would keep everybody waiting. */
export const MAX_ADDRESSES = 200_000
