import { language } from '../state/preferences.ts'
import type { WireNumber } from '../../protocol/runs.ts'
import type { XAxis } from '../../protocol/series.ts'

/** The language with the region that this browser prefers: it says whether an hour is 13 or 1 PM. */
export function locale(): string {
  return navigator.languages.find((one) => one.toLowerCase().startsWith(language.value)) ?? language.value
}

const cache = new Map<string, Intl.NumberFormat>()

/** `Intl` writes a hyphen, beside which the minus of a difference looks like another sign. */
function withMinus(text: string): string {
  return text.replaceAll('-', '−')
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options)
  let format = cache.get(key)
  if (!format) cache.set(key, (format = new Intl.NumberFormat(locale(), options)))
  return format
}

/** A count or a step: thousands grouped. */
export function formatCount(value: number): string {
  return withMinus(numberFormat({ maximumFractionDigits: 6 }).format(value))
}

/** On an axis: as short as it can be said. */
export function formatShort(value: number): string {
  return Math.abs(value) < 10_000
    ? formatCount(value)
    : withMinus(numberFormat({ notation: 'compact', maximumFractionDigits: 2 }).format(value))
}

/** A logged value: five digits that count. */
export function formatValue(value: WireNumber): string {
  if (typeof value === 'string') return value === 'NaN' ? value : withMinus(value.replace('Infinity', '∞'))
  if (!Number.isFinite(value)) return formatValue(String(value) as WireNumber)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return withMinus(value.toExponential(3).replace('e+', 'e'))
  return withMinus(numberFormat({ maximumSignificantDigits: size >= 1e5 ? 9 : 5 }).format(value))
}

export function formatPercent(part: number): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: 0 }).format(part)
}

/** A clock may have said anything; a `Date` holds 100 million days either way. */
export function isTime(milliseconds: number): boolean {
  return Math.abs(milliseconds) <= 8.64e15
}

/** @param milliseconds - Since 1970. With the zone in which it is told. */
export function formatTime(milliseconds: number): string {
  if (!isTime(milliseconds)) return formatCount(milliseconds)
  return new Intl.DateTimeFormat(locale(), {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(milliseconds)
}

/** As short as a list has room for: the time of today, the day of everything else. */
export function formatWhen(milliseconds: number, now = Date.now()): string {
  if (!isTime(milliseconds)) return formatCount(milliseconds)
  const today = new Date(milliseconds).toDateString() === new Date(now).toDateString()
  const options: Intl.DateTimeFormatOptions = today
    ? { hour: '2-digit', minute: '2-digit' }
    : { month: 'short', day: 'numeric' }
  return new Intl.DateTimeFormat(locale(), options).format(milliseconds)
}

/** How long something took, or takes: its two largest units. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000
  if (seconds < 10) return unit(Math.round(10 * seconds) / 10, 'second')
  const whole = Math.round(seconds)
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600), Math.floor(whole / 60)]
  if (days > 0) return twoUnits(days, 'day', hours % 24, 'hour')
  if (hours > 0) return twoUnits(hours, 'hour', minutes % 60, 'minute')
  return minutes > 0 ? twoUnits(minutes, 'minute', whole % 60, 'second') : unit(whole, 'second')
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? unit(large, largeUnit) : `${unit(large, largeUnit)} ${unit(small, smallUnit)}`
}

function unit(value: number, name: string): string {
  return numberFormat({ style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value)
}

/** A place on the x axis, in words. */
export function formatX(x: number, axis: XAxis): string {
  if (axis.kind === 'wall') return formatTime(x)
  if (axis.kind === 'relative') return formatDuration(1_000 * x)
  return axis.kind === 'step' ? formatCount(x) : formatValue(x)
}

/** A size, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return numberFormat({
    style: 'unit',
    unit: units[power]!,
    unitDisplay: 'short',
    maximumSignificantDigits: 3,
  }).format(bytes / 1_000 ** power)
}

/** With its sign. */
export function formatDifference(by: number): string {
  const text = formatValue(Math.abs(by))
  return by > 0 ? `+${text}` : by < 0 ? `−${text}` : `±${text}`
}

/** A part of something, with its sign, to three digits. */
export function formatPart(part: number): string {
  return withMinus(
    numberFormat({ style: 'percent', maximumSignificantDigits: 3, signDisplay: 'exceptZero' }).format(part),
  )
}
