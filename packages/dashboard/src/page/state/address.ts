/**
 * The query of an address as somebody can read and change it: `?runs=a,b&x=relative&from=1e5`. What an address may hold
 * as it is, and does not separate anything here, is not escaped.
 */
const READABLE: Readonly<Record<string, string>> = {
  '%2F': '/',
  '%3A': ':',
  '%2C': ',',
  '%40': '@',
  '%24': '$',
  '%3B': ';',
  '%20': '+',
}

export function parseQuery(search: string): Map<string, string> {
  return new Map(new URLSearchParams(search))
}

export function formatQuery(query: ReadonlyMap<string, string>): string {
  const all = Array.from(query, ([name, value]) => `${escapeText(name)}=${escapeText(value)}`)
  return all.length > 0 ? `?${all.join('&')}` : ''
}

function escapeText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/%(?:2F|3A|2C|40|24|3B|20)/g, (one) => READABLE[one]!)
}

/** How a value stands in the query. `parse` answers undefined for what it cannot read: the default holds. */
export interface Codec<T> {
  parse(text: string): T | undefined
  format(value: T): string
}

export const textCodec: Codec<string> = { parse: (text) => text, format: (text) => text }

export const flagCodec: Codec<boolean> = {
  parse: (text) => (text === '1' ? true : text === '0' ? false : undefined),
  format: (on) => (on ? '1' : '0'),
}

/** As short as it can be without another value: `1e5`, `0.25`. */
export const numberCodec: Codec<number> = {
  parse: (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  format: (value) => {
    const [plain, power] = [String(value), value.toExponential().replace('e+', 'e')]
    return power.length < plain.length ? power : plain
  },
}

/** Separated by commas; a comma that is part of an item stays one. */
export const listCodec: Codec<readonly string[]> = {
  parse: (text) =>
    text === '' ? [] : text.split(',').map((item) => item.replaceAll(/%(?:2C|25)/g, (one) => decodeURIComponent(one))),
  format: (items) => items.map((item) => item.replaceAll('%', '%25').replaceAll(',', '%2C')).join(','),
}

/** One of several words. */
export function wordCodec<const Word extends string>(words: readonly Word[]): Codec<Word> {
  return { parse: (text) => words.find((word) => word === text), format: (word) => word }
}
