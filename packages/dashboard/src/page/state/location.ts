import { batch, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { formatQuery, parseQuery, type Codec } from './address.ts'

interface Param {
  readonly name: string
  read(text: string | undefined): void
  /** Undefined: as by default, and not in the address. */
  text(): string | undefined
  /** A change is a place that Back leads out of. */
  readonly step: boolean
}

const params: Param[] = []
const path_ = signal(location.pathname)
/** What the address says, parts of it that nobody here knows included: their screen may not be loaded yet. */
let query = parseQuery(location.search)
const count = signal(0)

export const path: ReadonlySignal<string> = path_

/**
 * A part of the view that stands in the address. At its default it is not there.
 *
 * @param options.step - Each change is a step of the browser's history, which Back undoes. Default: false.
 */
export function viewParam<T>(
  name: string,
  codec: Codec<T>,
  initial: T,
  { step = false }: { readonly step?: boolean } = {},
): Signal<T> {
  const read = (text: string | undefined): T => (text === undefined ? undefined : codec.parse(text)) ?? initial
  const value = signal(read(query.get(name)))
  const text = (): string | undefined => {
    const formatted = codec.format(value.value)
    return value.value === initial || formatted === codec.format(initial) ? undefined : formatted
  }
  // What says the same keeps its identity: nothing that depends on it is computed again.
  const param: Param = {
    name,
    step,
    text,
    read: (next) => {
      if (next !== untracked(text)) value.value = read(next)
    },
  }
  params.push(param)
  count.value = params.length
  return value
}

/** Likewise for what may be absent. */
export function optionalViewParam<T>(
  name: string,
  codec: Codec<T>,
  options?: { readonly step?: boolean },
): Signal<T | undefined> {
  return viewParam<T | undefined>(
    name,
    { parse: (text) => codec.parse(text), format: (value) => (value === undefined ? '\0' : codec.format(value)) },
    undefined,
    options,
  )
}

/**
 * Shows another page.
 *
 * @param address - Path, and maybe a query.
 * @param view - What the page looks like when the address has no query. Default: as this one does.
 */
export function navigate(address: string, view: 'same' | 'fresh' = 'same'): void {
  const { pathname, search } = new URL(address, location.origin)
  const next = search === '' && view === 'same' ? location.search : search
  history.pushState(null, '', pathname + next)
  readAddress()
  scrollTo(0, 0)
}

function readAddress(): void {
  query = parseQuery(location.search)
  batch(() => {
    path_.value = location.pathname
    for (const param of params) param.read(query.get(param.name))
  })
}

addEventListener('popstate', readAddress)
effect(() => {
  let [changed, step] = [false, false]
  // Also when a screen that is loaded later brings its own.
  for (const param of params.slice(0, count.value)) {
    const now = param.text()
    if (query.get(param.name) === now) continue
    changed = true
    step ||= param.step
    if (now === undefined) query.delete(param.name)
    else query.set(param.name, now)
  }
  if (!changed) return
  const address = location.pathname + formatQuery(query)
  if (step) history.pushState(null, '', address)
  else history.replaceState(null, '', address)
})
