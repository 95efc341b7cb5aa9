/**
 * Waits for concurrent works, and reports who is still awaited each time one of them is done.
 *
 * @param report - Is called at once, too.
 * @returns what the works gave, in their order.
 */
export async function awaitAll<T>(
  works: readonly { readonly name: string; readonly done: Promise<T> }[],
  report: (awaited: string[]) => void,
): Promise<T[]> {
  const left = new Set(works)
  const reportLeft = (): void => {
    if (left.size > 0) report([...new Set([...left].map(({ name }) => name))])
  }
  reportLeft()
  return Promise.all(
    works.map(async (work) => {
      try {
        return await work.done
      } finally {
        left.delete(work)
        reportLeft()
      }
    }),
  )
}
