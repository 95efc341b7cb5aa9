/** An answer that says what is wrong, in a sentence for people. */
export class PageError extends Error {
  override readonly name = 'PageError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const noSuchRun = (): PageError => new PageError(404, 'There is no such run here.')
