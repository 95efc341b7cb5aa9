import { InvalidArgumentError } from 'commander'

const MAX_PORT = 65_535
/** Up to here a number is a time in seconds, from here in milliseconds; the same as in SwanLab's client. */
const FIRST_MILLISECONDS = 100_000_000_000
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?))?$/

export function parsePort(text: string): number {
  return wholeNumber(text, MAX_PORT)
}

export function parseStep(text: string): number {
  return wholeNumber(text, Number.MAX_SAFE_INTEGER)
}

/** @returns milliseconds. */
export function parseSeconds(text: string): number {
  if (/^\d{1,7}(?:\.\d+)?$/.test(text)) return Number(text) * 1000
  throw new InvalidArgumentError('It takes a number of seconds.')
}

/** A time without an offset is local. @returns milliseconds since 1970. */
export function parseTime(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const time = Number(text)
    return time < FIRST_MILLISECONDS ? time * 1000 : time
  }
  const [, date, clock = '00:00'] = ISO.exec(text) ?? []
  const time = Date.parse(`${date}T${clock}`)
  if (Number.isNaN(time))
    throw new InvalidArgumentError(
      'It takes a time such as 2026-04-01T10:15 (local), 2026-04-01T10:15:00Z, or seconds since 1970.',
    )
  return time
}

function wholeNumber(text: string, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= most) return number
  throw new InvalidArgumentError(`It takes a whole number from 0 to ${most}.`)
}
