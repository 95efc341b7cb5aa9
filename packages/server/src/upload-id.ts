import { randomInt } from 'node:crypto'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** 21 characters of `a-z 0-9`. */
export function newUploadId(): string {
  return Array.from({ length: 21 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
