import { letterKeys } from '../state/preferences.ts'
import { COMMANDS, type Command } from './commands.ts'
import { paletteOpen } from './open.ts'

/** Milliseconds in which the second of two letters counts. */
const SECOND = 1_500

const byKeys = new Map(
  COMMANDS.flatMap((one): [string, Command][] => (one.keys === undefined ? [] : [[one.keys, one]])),
)
let first = ''
let firstAt = 0

/** Listens to the keys of {@link COMMANDS}, wherever nobody is writing. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      paletteOpen.value = true
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    if (letterKeys.value === 'off' || isTaken(event)) return
    const key = nameOf(event)
    const second = performance.now() - firstAt < SECOND ? byKeys.get(`${first} ${key}`) : undefined
    first = key
    firstAt = performance.now()
    const command = second ?? byKeys.get(key)
    if (!command) return
    event.preventDefault()
    command.run()
  })
}

function nameOf({ key, shiftKey }: KeyboardEvent): string {
  if (key === ' ') return 'Space'
  return shiftKey && /^[A-Z]$/.test(key) ? `Shift+${key}` : key
}

/** Somebody writes, or the key is one that what has the focus acts on. */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('dialog:not(.full-chart)')) return true
  if (target.isContentEditable || target.matches('textarea, select')) return true
  if (target instanceof HTMLInputElement) {
    const writes = !/^(?:checkbox|radio|range|button)$/.test(target.type)
    return writes || key === ' ' || key === 'Enter'
  }
  return (key === ' ' || key === 'Enter') && target.closest('button, a, summary, [role=application]') !== null
}
