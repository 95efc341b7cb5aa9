import type { Scale } from './scale.ts'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]
/** Distances of ticks on an axis of time, in milliseconds; larger ones are whole numbers of the last. */
const DISTANCES: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  DAY,
]

/**
 * Values that can be read at an axis, in order: about as many as there is room for, and at most twice that. They are counted
 * rather than added up: at 2^53 and beyond, a number and its sum with a small one are the same.
 *
 * @param most - How many there is room for.
 */
export function ticksOf({ from, to, log }: Scale, most: number): number[] {
  if (log) {
    const powers = Math.log10(to) - Math.log10(from)
    if (powers >= 1) return powersBetween(from, to, powers, most)
  }
  return multiples(from, to, niceDistance(to / most - from / most))
}

/** Likewise of time, in the unit of `second`: as a clock is read. @param zero - A time at which an hour begins where it is read. */
export function timeTicks({ from, to }: Scale, most: number, second: number, zero = 0): number[] {
  const least = ((to / most - from / most) / second) * SECOND
  const known = DISTANCES.find((distance) => distance >= least)
  const milliseconds = least < 1 ? least : (known ?? DAY * Math.ceil(niceDistance(least / DAY)))
  const distance = least < 1 ? niceDistance(to / most - from / most) : (milliseconds / SECOND) * second
  return multiples(from - zero, to - zero, distance).map((tick) => tick + zero)
}

/** 1, 2 or 5 times a power of ten that is not below. */
function niceDistance(least: number): number {
  const power = Math.floor(Math.log10(least))
  const unit = Number(`1e${Math.max(-323, power)}`)
  return unit * ([1, 2, 5, 10].find((times) => unit * times >= least * 0.999) ?? 10)
}

const MOST = 1_000

function multiples(from: number, to: number, distance: number): number[] {
  const found: number[] = []
  const [first, last] = [Math.ceil(from / distance), Math.floor(to / distance)]
  for (let n = 0; n <= Math.min(last - first, MOST); n++) {
    // As it is written: 0.3 rather than 0.30000000000000004.
    const tick = Number(((first + n) * distance).toPrecision(15))
    if (tick >= from && tick <= to && tick !== found.at(-1)) found.push(tick + 0)
  }
  return found
}

function powersBetween(from: number, to: number, powers: number, most: number): number[] {
  const apart = Math.max(1, Math.ceil(powers / most))
  const times = apart > 1 || powers > most / 3 ? [1] : [1, 2, 5]
  const found: number[] = []
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    if (power % apart !== 0) continue
    for (const time of times) {
      const tick = Number(`${time}e${power}`)
      if (tick >= from && tick <= to) found.push(tick)
    }
  }
  return found
}
