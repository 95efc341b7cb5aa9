/** Points in the order of x, to which more are added. A y of NaN is a gap. */
export class Points {
  #x: Float64Array
  #y: Float64Array
  #length: number

  constructor(x: Float64Array, y: Float64Array) {
    this.#x = x
    this.#y = y
    this.#length = x.length
  }

  get length(): number {
    return this.#length
  }

  /** The arrays may be longer than there are points. */
  get x(): Float64Array {
    return this.#x
  }

  get y(): Float64Array {
    return this.#y
  }

  get lastX(): number | undefined {
    return this.#length > 0 ? this.#x[this.#length - 1] : undefined
  }

  get lastY(): number | undefined {
    return this.#length > 0 ? this.#y[this.#length - 1] : undefined
  }

  push(x: number, y: number): void {
    if (this.#length === this.#x.length) {
      this.#x = grown(this.#x)
      this.#y = grown(this.#y)
    }
    this.#x[this.#length] = x
    this.#y[this.#length++] = y
  }

  /** First point whose x is not below. */
  lowerBound(x: number): number {
    let [from, to] = [0, this.#length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#x[middle]! < x) from = middle + 1
      else to = middle
    }
    return from
  }

  /** First point whose x is above. */
  upperBound(x: number): number {
    let point = this.lowerBound(x)
    while (point < this.#length && this.#x[point] === x) point++
    return point
  }

  /** Point whose x is nearest, the first of several; -1 when there are none. */
  nearest(x: number): number {
    const after = this.lowerBound(x)
    if (after === 0) return this.#length > 0 ? 0 : -1
    if (after < this.#length && this.#x[after]! - x <= x - this.#x[after - 1]!) return after
    return this.lowerBound(this.#x[after - 1]!)
  }

  /** Smallest and largest y with x from `from` to `to`; absent when there is none. @param above - Only what is larger. */
  extremes(from: number, to: number, above: number = -Infinity): readonly [low: number, high: number] | undefined {
    let [low, high] = [Infinity, -Infinity]
    for (let point = this.lowerBound(from); point < this.#length && this.#x[point]! <= to; point++) {
      const y = this.#y[point]!
      if (!(y > above)) continue
      if (y < low) low = y
      if (y > high) high = y
    }
    return low <= high ? [low, high] : undefined
  }
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(Math.max(64, 2 * array.length))
  larger.set(array)
  return larger
}
