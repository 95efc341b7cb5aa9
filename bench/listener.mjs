/** A callback for the background process: it reads each record, as those of bench/runs.ts do in the training. */
export function listener() {
  let read = 0
  return { name: 'listener', onLog: ({ step }) => void (read += step) }
}
