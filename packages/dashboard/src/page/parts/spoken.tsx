import { signal } from '@preact/signals'
import type { JSX } from 'preact'

/** Milliseconds between two things that are said: a key that is held down would else never let one be finished. */
const SAY_EVERY = 1_000

const spoken = signal('')
let next: string | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Has a screen reader say something, when it has nothing else to say. */
export function say(text: string): void {
  next = text
  if (timer !== undefined) return
  spoken.value = text
  next = undefined
  timer = setTimeout(() => {
    timer = undefined
    if (next !== undefined) say(next)
  }, SAY_EVERY)
}

/** Where it is said. A dialog needs one of its own: nothing outside of it is read while it is open. */
export function Spoken(): JSX.Element {
  return (
    <div class="unseen" aria-live="polite">
      {spoken}
    </div>
  )
}
