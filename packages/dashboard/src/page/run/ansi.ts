import Anser from 'anser'

/** A piece of a line that looks the same throughout. */
export interface Span {
  readonly text: string
  /** `ansi-red-fg`, `ansi-bold`. */
  readonly classes: readonly string[]
  /** CSS colours beyond those that a class is for. */
  readonly color?: string | undefined
  readonly background?: string | undefined
}

/** Pieces that a line is shown in; behind them it goes on without colours. */
const MOST_SPANS = 300

// oxlint-disable-next-line no-control-regex -- These are the characters that this is about.
const SPECIAL = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/
/** Operating system commands (links, titles), strings for devices, moves of the cursor: all that says no colour. */
const UNSHOWN =
  // oxlint-disable-next-line no-control-regex -- Likewise.
  /\u001B\](?:[^\u0007\u001B]|\u001B(?!\\))*(?:\u0007|\u001B\\|$)|\u001B[PX^_](?:[^\u001B]|\u001B(?!\\))*(?:\u001B\\|$)|\u001B\[[0-?]*[ -/]*[@-ln-~]|\u001B[ -/]*[0-OQ-WYZ`-~]/g

/** Reads the colours of a line of a terminal. Everything else that it could do to a terminal is left out, or shown. */
export function spansOf(line: string): readonly Span[] {
  if (!SPECIAL.test(line)) return [{ text: line, classes: [] }]
  const text = line.replaceAll(UNSHOWN, '')
  if (!text.includes('\u001B[')) return [{ text: visible(text), classes: [] }]
  const parts = Anser.ansiToJson(text, { use_classes: true, remove_empty: true })
  const spans = parts.slice(0, MOST_SPANS).map(spanOf)
  const rest = parts.slice(MOST_SPANS).map(({ content }) => content)
  return rest.length > 0 ? [...spans, { text: visible(rest.join('')), classes: [] }] : spans
}

function spanOf({ content, fg, bg, fg_truecolor, bg_truecolor, decorations }: Anser.AnserJsonEntry): Span {
  const classes = decorations.map((one) => `ansi-${one}`)
  const [color, background] = [colorOf(fg, fg_truecolor), colorOf(bg, bg_truecolor)]
  if (fg && color === undefined) classes.push(`${fg}-fg`)
  if (bg && background === undefined) classes.push(`${bg}-bg`)
  return { text: visible(content), classes, ...(color && { color }), ...(background && { background }) }
}

/** Undefined: it has a class. */
function colorOf(name: string | null, rgb: string | null): string | undefined {
  if (name === 'ansi-truecolor' && rgb !== null && /^\d{1,3}, \d{1,3}, \d{1,3}$/.test(rgb)) return `rgb(${rgb})`
  const palette = /^ansi-palette-(?<index>\d{1,3})$/.exec(name ?? '')?.groups?.['index']
  return palette === undefined ? undefined : paletteColor(Number(palette))
}

/** Colours 16 to 255 of a terminal: a cube of 6 x 6 x 6, and 24 greys. */
function paletteColor(index: number): string {
  if (index >= 232)
    return `rgb(${Array(3)
      .fill(8 + 10 * (index - 232))
      .join(', ')})`
  const level = (part: number): number => (part === 0 ? 0 : 55 + 40 * part)
  const at = index - 16
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map(level).join(', ')})`
}

/** What cannot be seen, or turns the order of what can, as a sign of its own. */
export function visible(text: string): string {
  if (!SPECIAL.test(text)) return text
  return (
    text
      .replace(/\r+$/, '')
      // oxlint-disable-next-line no-control-regex -- Likewise.
      .replaceAll(/[\u0000-\u0008\u000A-\u001F]/g, (one) => String.fromCharCode(0x24_00 + one.charCodeAt(0)))
      .replaceAll(
        /[\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
        (one) => `⟨${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
      )
  )
}
