/**
 * Waits for works that go on side by side, and tells each time one of them is done who is still awaited.
 *
 * @param tell - Is called at once, too.
 * @returns what the works gave, in their order.
 */
export async function awaitAll<T>(
  works: readonly { readonly name: string; readonly done: Promise<T> }[],
  tell: (awaited: string[]) => void,
): Promise<T[]> {
  const left = new Set(works)
  const say = (): void => {
    if (left.size > 0) tell([...new Set([...left].map(({ name }) => name))])
  }
  say()
  return Promise.all(
    works.map(async (work) => {
      try {
        return await work.done
      } finally {
        left.delete(work)
        say()
      }
    }),
  )
}
