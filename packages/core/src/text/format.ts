import { stripVTControlCharacters } from 'node:util'
import { maskText } from './mask.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A number for people: whole numbers in full, others with six significant digits. */
export function formatNumber(value: number): string {
  return String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(6)))
}

/** What units of time are called. */
export interface TimeUnits {
  readonly ms: string
  readonly s: string
  readonly min: string
  readonly h: string
  readonly d: string
}

/** A length of time in its two largest units. */
export function formatDuration(milliseconds: number, units: TimeUnits): string {
  const ms = Math.max(0, milliseconds)
  if (ms < SECOND) return `${Math.round(ms)}${units.ms}`
  if (ms < MINUTE) return `${Math.floor(ms / 100) / 10}${units.s}`
  const [large, small, largeUnit, smallUnit] =
    ms < HOUR
      ? [MINUTE, SECOND, units.min, units.s]
      : ms < DAY
        ? [HOUR, MINUTE, units.h, units.min]
        : [DAY, HOUR, units.d, units.h]
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)}${largeUnit}${rest === 0 ? '' : ` ${rest}${smallUnit}`}`
}

/** Text of any origin as one line of at most `max` characters; a longer one ends in an ellipsis. */
export function oneLine(text: string, max: number): string {
  return clip(
    clean(text.slice(0, max * 4))
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    max,
  )
}

/** Text of any origin with its lines kept, at most `max` characters; a longer one ends in an ellipsis. */
export function block(text: string, max: number): string {
  return clip(lines(text.slice(0, max * 4)), max)
}

/** The end of a text of any origin, at most `max` characters; a longer one begins with an ellipsis. */
export function tail(text: string, max: number): string {
  const kept = lines(text.slice(-max * 4))
  return kept.length <= max ? kept : `…${kept.slice(kept.length - max + 1).replace(/^[\uDC00-\uDFFF]/, '')}`
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function lines(text: string): string {
  return clean(text)
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .replaceAll(/^\n+|\s+$/g, '')
}

// Colours of a terminal, characters that turn the reading direction, halves of characters, and the secrets in
// addresses: none of them belongs into a message.
function clean(text: string): string {
  return maskText(stripVTControlCharacters(text))
    .replaceAll(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    .replaceAll(/\p{Cs}/gu, '\uFFFD')
}
