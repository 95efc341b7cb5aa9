import type { Work } from './work.ts'

/** Items that are sorted by insertion, before runs of them are merged. */
const SHORT = 16
/** Items between two looks at the clock. */
const STRIDE = 1_024

/** Positions from 0 in the order that `compare` gives them; stable. Lets others work meanwhile, as `sort` does not. */
export async function orderOf(
  count: number,
  compare: (a: number, b: number) => number,
  work: Work,
): Promise<Uint32Array> {
  let order = new Uint32Array(count)
  for (let from = 0; from < count; from += SHORT) {
    insert(order, from, Math.min(count, from + SHORT), compare)
    if (work.due) await work.pause()
  }
  let other = new Uint32Array(count)
  for (let width = SHORT; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width) {
      const middle = Math.min(count, from + width)
      const end = Math.min(count, from + 2 * width)
      let [left, right] = [from, middle]
      for (let at = from; at < end; at++) {
        const takesLeft = left < middle && (right >= end || compare(order[left]!, order[right]!) <= 0)
        other[at] = order[takesLeft ? left++ : right++]!
        if (at % STRIDE === 0 && work.due) await work.pause()
      }
    }
    ;[order, other] = [other, order]
  }
  return order
}

function insert(order: Uint32Array, from: number, to: number, compare: (a: number, b: number) => number): void {
  for (let at = from; at < to; at++) {
    let place = at
    for (; place > from && compare(order[place - 1]!, at) > 0; place--) order[place] = order[place - 1]!
    order[place] = at
  }
}

/**
 * Positions of what is to be kept of items that have a number, in the order of their numbers: of those with the same one
 * the last. Absent: all of them as they are.
 */
export async function latestOf(
  numberOf: (at: number) => number,
  count: number,
  work: Work,
): Promise<Uint32Array | undefined> {
  let ascending = true
  for (let at = 1; at < count && ascending; at++) {
    ascending = numberOf(at - 1) < numberOf(at)
    if (at % STRIDE === 0 && work.due) await work.pause()
  }
  if (ascending) return undefined
  work.hold(8 * count)
  const order = await orderOf(count, (a, b) => numberOf(a) - numberOf(b), work)
  let kept = 0
  for (let at = 0; at < count; at++) {
    if (at + 1 === count || numberOf(order[at]!) !== numberOf(order[at + 1]!)) order[kept++] = order[at]!
    if (at % STRIDE === 0 && work.due) await work.pause()
  }
  return order.subarray(0, kept)
}

/** The number that would be at this place if they were sorted. None is NaN. The numbers change their places. */
export async function selectNumber(numbers: Float64Array, place: number, work: Work): Promise<number> {
  let [low, high] = [0, numbers.length - 1]
  while (low < high) {
    const pivot = numbers[low + Math.floor(Math.random() * (high - low + 1))]!
    let [left, right] = [low, high]
    for (let moves = 0; left <= right; moves++) {
      while (numbers[left]! < pivot) left++
      while (numbers[right]! > pivot) right--
      if (left <= right) {
        const one = numbers[left]!
        numbers[left++] = numbers[right]!
        numbers[right--] = one
      }
      if (moves % STRIDE === 0 && work.due) await work.pause()
    }
    if (place <= right) high = right
    else if (place >= left) low = left
    else break
  }
  return numbers[place]!
}
