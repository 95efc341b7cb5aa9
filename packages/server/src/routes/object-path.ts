import { z } from 'zod'

/** As a client names an object; contained by whoever keeps it. */
export const path: z.ZodString = z.string().max(8_192)
/** Addresses that one request may ask for; more would keep everybody waiting. */
export const MAX_ADDRESSES = 200_000
