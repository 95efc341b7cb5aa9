const FIRST = 16

/** Numbers in one piece of memory that grows. */
export class NumberList {
  #all = new Float64Array(FIRST)
  length = 0

  push(value: number): void {
    if (this.length === this.#all.length) {
      const larger = new Float64Array(2 * this.length)
      larger.set(this.#all)
      this.#all = larger
    }
    this.#all[this.length++] = value
  }

  /** What is there now; good until more is added. */
  view(): Float64Array {
    return this.#all.subarray(0, this.length)
  }
}

/** Likewise for numbers of rows. */
export class RowList {
  #all = new Uint32Array(FIRST)
  length = 0

  push(value: number): void {
    if (this.length === this.#all.length) {
      const larger = new Uint32Array(2 * this.length)
      larger.set(this.#all)
      this.#all = larger
    }
    this.#all[this.length++] = value
  }

  view(): Uint32Array {
    return this.#all.subarray(0, this.length)
  }
}
