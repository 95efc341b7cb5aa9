/** Work of callbacks that goes on when a moment has returned; the end of a run waits for it. */
export class PendingWork {
  readonly #names = new Map<Promise<void>, string>()
  readonly #failed: (name: string, error: unknown) => void

  /** @param failed - Is called when work rejects. */
  constructor(failed: (name: string, error: unknown) => void) {
    this.#failed = failed
  }

  /** @param name - Whose work it is. */
  add(name: string, work: PromiseLike<unknown>): void {
    const settled: Promise<void> = Promise.resolve(work).then(
      () => void this.#names.delete(settled),
      (error: unknown) => {
        this.#names.delete(settled)
        this.#failed(name, error)
      },
    )
    this.#names.set(settled, name)
  }

  /** Who is at work, each once. */
  get names(): readonly string[] {
    return [...new Set(this.#names.values())]
  }

  /**
   * Resolves when all of it has settled, that which is added meanwhile included, or the time is over.
   *
   * @param timeout - Milliseconds.
   * @param only - Whose work is waited for. Default: everybody's.
   * @param holds - Does waiting keep the process alive? Default: true: whoever awaits this must get an answer.
   * @returns who is still at work.
   */
  async settled(timeout: number, only?: string, holds = true): Promise<readonly string[]> {
    if (this.#of(only).length === 0) return []
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), timeout)))
    if (!holds) timer?.unref()
    while (this.#of(only).length > 0 && (await Promise.race([Promise.all(this.#of(only)), late])) !== 'late');
    clearTimeout(timer)
    return only === undefined ? this.names : this.names.filter((name) => name === only)
  }

  #of(only: string | undefined): Promise<void>[] {
    return [...this.#names].flatMap(([work, name]) => (only === undefined || name === only ? [work] : []))
  }
}
