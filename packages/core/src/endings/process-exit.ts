type OnExit = (code: number) => void

const listeners = new Set<OnExit>()

/**
 * Calls `listener` when the process exits. All share one listener of the process, so that many runs do not look like a
 * leak.
 *
 * @returns ends it.
 */
export function onProcessExit(listener: OnExit): () => void {
  listeners.add(listener)
  // First in line, also before what was added since: inside this event, process.exit ends the process at once.
  process.off('exit', onExit).prependListener('exit', onExit)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) process.off('exit', onExit)
  }
}

function onExit(code: number): void {
  for (const listener of [...listeners].toReversed()) listener(code)
}
