/** What each thing that is said reads like, in both languages. */
export type Messages<Key extends string> = Readonly<Record<Key, readonly [en: string, zh: string]>>

export type Values = Readonly<Record<string, string | number>>

/** Characters that turn the direction of the text behind them, which a name in a sentence must not do. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g

/** As it may stand beside other text. */
export function plain(text: string): string {
  return text.replaceAll(TURNS, '')
}

/** `{name}` becomes its value; `{n|run|runs}` the first word when `n` is 1, and the second otherwise. */
export function fill(text: string, values: Values, language: string): string {
  return text.replaceAll(
    /\{(?<name>\w+)(?:\|(?<one>[^|}]*)\|(?<other>[^}]*))?\}/g,
    (...match: readonly unknown[]): string => {
      const { name, one, other } = match.at(-1) as { name: string; one?: string; other?: string }
      const value = Object.hasOwn(values, name) ? values[name]! : ''
      if (one !== undefined && other !== undefined) return Number(value) === 1 ? one : other
      return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : plain(value)
    },
  )
}
