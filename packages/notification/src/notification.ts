/** The languages that notifications are written in. */
export type Language = 'en' | 'zh'

/** How a notification feels, for colours: a good end, a bad one, something to look at, or news. */
export type Tone = 'good' | 'bad' | 'warning' | 'neutral'

/** One labelled line. `key` is the same in every language; `label` is for people. */
export interface Fact {
  readonly key: string
  readonly label: string
  readonly value: string
}

/** Final values of one metric, already written for people. `min` and `max` are absent when only NaN was seen. */
export interface MetricRow {
  readonly key: string
  readonly last: string
  readonly min?: string | undefined
  readonly max?: string | undefined
}

/** One entry of the configuration; nested ones are JSON. Values whose key sounds secret are masked. */
export interface ConfigRow {
  readonly key: string
  readonly value: string
}

/** A list under a heading. It shows the first entries only; `more` says how many it leaves out. */
export interface Section<Row> {
  readonly heading: string
  readonly rows: readonly Row[]
  readonly more?: string | undefined
}

/** Final values, and the names of the columns they stand in. */
export interface MetricSection extends Section<MetricRow> {
  readonly columns: { readonly key: string; readonly last: string; readonly min: string; readonly max: string }
}

/** An error as people read it: `stackTail` is the end of its stack, where the frames are. */
export interface ErrorSection {
  readonly heading: string
  readonly name: string
  readonly message: string
  readonly stackTail?: string | undefined
}

/**
 * A moment of a run as text. Everything is in one language, bounded in length, free of control characters, and plain
 * JSON: it can be stored and sent later by another process. It is *not* escaped: HTML and markup are the sender's
 * affair. A member that has nothing to say is absent.
 */
export interface Notification {
  /** 32 hexadecimal digits. The same for every attempt at delivery, another for every other notification. */
  readonly id: string
  readonly event: 'started' | 'ended' | 'alert' | 'message'
  readonly tone: Tone
  readonly language: Language
  /** When it happened, in milliseconds since 1970. */
  readonly time: number
  /** One line that says it all, for subjects and push messages; at most 200 characters. */
  readonly subject: string
  /** One line for the top of a message that names the run elsewhere; at most 120 characters. */
  readonly title: string
  /** What there is to say; may have several lines when a person wrote it. At most 4,000 characters. */
  readonly sentence: string
  /** In the order of importance; at most 20. */
  readonly facts: readonly Fact[]
  readonly error?: ErrorSection | undefined
  /** The last lines that the program wrote to its terminal before it went wrong: at most 20 of at most 200 characters. */
  readonly terminal?: Section<string> | undefined
  readonly metrics?: MetricSection | undefined
  readonly config?: Section<ConfigRow> | undefined
  /** What was lost or went wrong beside the run itself. */
  readonly notes?: Section<string> | undefined
  /** The run's page; always `http:` or `https:`. */
  readonly link?: { readonly label: string; readonly url: string } | undefined
  /** Who sends this, and why. */
  readonly footer: string
}
