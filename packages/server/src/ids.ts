import { createHash, randomBytes, randomInt } from 'node:crypto'

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** Of ids and keys: the oldest client takes no other. */
const LENGTH = 21

const randomText = (alphabet: string): string =>
  Array.from({ length: LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('')

/** Of a project, a run or an upload: 21 characters of `a-z 0-9`. */
export const newCuid = (): string => randomText(LOWER)
export const newApiKey = (): string => randomText(ALL)
export const newSid = (): string => randomBytes(32).toString('hex')
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex')
