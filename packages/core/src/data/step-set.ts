/** Irregular stretches that are kept while no step ever comes late, … */
const FEWEST = 64
/** … and at most. Every late step makes room for what it can bring. */
const MOST = 16_384

interface Stretch {
  readonly from: number
  readonly to: number
  /** Distance of its steps; 0 for a single one. */
  readonly stride: number
}

/**
 * The steps one key has used. Steps that rise evenly, as they do in training, take no memory however many they are.
 * Others are kept as stretches, up to a bound; past it the lowest are forgotten, and every step from there down counts
 * as used: a value may then be refused, but none is ever recorded twice.
 */
export class StepSet {
  // The highest stretch, which grows.
  #from = -1
  #to = -1
  #stride = 0
  /** Those below it, rising and apart. */
  #lower: Stretch[] | undefined
  #room = FEWEST
  #forgotten = -1

  /** False when the step had been used before. */
  add(step: number): boolean {
    if (step <= this.#to) return this.#addLate(step)
    if (step === this.#to + this.#stride) {
      this.#to = step
    } else if (this.#from === this.#to && this.#from >= 0) {
      this.#stride = step - this.#from
      this.#to = step
    } else {
      if (this.#from >= 0) this.#keep({ from: this.#from, to: this.#to, stride: this.#stride })
      this.#from = step
      this.#to = step
      this.#stride = 0
    }
    return true
  }

  #addLate(step: number): boolean {
    if (step <= this.#forgotten) return false
    const all = (this.#lower ??= [])
    all.push({ from: this.#from, to: this.#to, stride: this.#stride })
    const fresh = insert(all, step)
    const highest = all.pop()!
    this.#from = highest.from
    this.#to = highest.to
    this.#stride = highest.stride
    if (fresh && this.#room < MOST) this.#room += 2
    if (all.length > this.#room) this.#forgetLowest(all)
    return fresh
  }

  #keep(stretch: Stretch): void {
    const lower = (this.#lower ??= [])
    lower.push(stretch)
    if (lower.length > this.#room) this.#forgetLowest(lower)
  }

  #forgetLowest(lower: Stretch[]): void {
    this.#forgotten = lower.shift()!.to
  }
}

/** Puts a step among stretches, splitting one and joining neighbours. False when it is there already. */
function insert(stretches: Stretch[], step: number): boolean {
  const at = lastBegunBy(stretches, step)
  const stretch = stretches[at]
  if (stretch === undefined || step > stretch.to) {
    stretches.splice(at + 1, 0, single(step))
  } else {
    const { from, to, stride } = stretch
    const steps = stride === 0 ? 0 : Math.floor((step - from) / stride)
    const before = from + steps * stride
    if (before === step) return false
    stretches.splice(at, 1, between(from, before, stride), single(step), between(before + stride, to, stride))
  }
  joinNear(stretches, Math.max(0, at - 1))
  return true
}

/** Index of the last stretch that begins at `step` or below; -1 when there is none. */
function lastBegunBy(stretches: readonly Stretch[], step: number): number {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (stretches[middle]!.from <= step) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** An insertion changes at most three stretches, and may bring them next to one on either side. */
function joinNear(stretches: Stretch[], from: number): void {
  for (let at = from, pairs = 4; pairs > 0 && at + 1 < stretches.length; pairs--) {
    const joined = join(stretches[at]!, stretches[at + 1]!)
    if (joined) stretches.splice(at, 2, joined)
    else at++
  }
}

function join(a: Stretch, b: Stretch): Stretch | undefined {
  const gap = b.from - a.to
  const fits = (a.stride === 0 || a.stride === gap) && (b.stride === 0 || b.stride === gap)
  return fits ? { from: a.from, to: b.to, stride: gap } : undefined
}

function single(step: number): Stretch {
  return { from: step, to: step, stride: 0 }
}

function between(from: number, to: number, stride: number): Stretch {
  return { from, to, stride: from === to ? 0 : stride }
}
