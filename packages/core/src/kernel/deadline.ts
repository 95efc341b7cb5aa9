export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Rejects when there is no answer within `ms` milliseconds. The timer keeps the process alive on purpose: whoever awaits
 * the answer must get one, or Node exits with 13.
 */
export function withDeadline<R>(answer: PromiseLike<R>, ms: number): Promise<R> {
  let timer: NodeJS.Timeout
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer))
}
