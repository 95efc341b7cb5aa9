import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { parseQuery, type Codec } from '../state/address.ts'
import { saved } from './file.ts'

// Stands where `state/location.ts` does: a file has the view that it was saved with, and its address says nothing.

const query = parseQuery(saved.query)

export const path: ReadonlySignal<string> = signal('/')

/** As in `state/location.ts`. */
export function viewParam<T>(name: string, codec: Codec<T>, initial: T): Signal<T> {
  const text = query.get(name)
  return signal((text === undefined ? undefined : codec.parse(text)) ?? initial)
}

export function optionalViewParam<T>(name: string, codec: Codec<T>): Signal<T | undefined> {
  return viewParam<T | undefined>(name, { parse: (text) => codec.parse(text), format: () => '' }, undefined)
}

/** There is no other page. */
export function navigate(): void {}
