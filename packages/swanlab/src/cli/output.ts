/** Everything by which a terminal can be told to do something, or to show text in another order than it has. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Characters that take two places on a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu
/** Longest cell of a table, in characters. */
const LONGEST_CELL = 60

/** A result: one line of standard output. */
export function print(line: string): void {
  process.stdout.write(`${clean(line)}\n`)
}

/** A result for programs. Numbers that JSON has no word for are written as journals write them: `"NaN"`. */
export function printJson(value: unknown): void {
  const exact = (_key: string, one: unknown): unknown =>
    typeof one === 'number' && !Number.isFinite(one) ? String(one) : one
  process.stdout.write(`${JSON.stringify(value, exact, 2)}\n`)
}

/** What people should know beside the result: one line of standard error. */
export function note(message: string): void {
  process.stderr.write(`swanlab: ${clean(message)}\n`)
}

/** The note about the lines of a journal that hold no record. */
export function leftOut(damaged: number): string {
  return damaged === 1
    ? '1 damaged line of the journal is left out'
    : `${damaged} damaged lines of the journal are left out`
}

/** Text from files and servers as one line that does nothing to a terminal. */
export function clean(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(CONTROL, '\uFFFD')
}

/** In local time; Swedes write it as everybody can read it. */
export function shownTime(time: number | undefined): string {
  return time === undefined ? '-' : new Date(time).toLocaleString('sv-SE')
}

/** Prints rows in columns; the first row is the heading. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map((cell) => shortened(clean(cell))))
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]!))))
  for (const row of cells)
    print(
      row
        .map((cell, column) => cell + ' '.repeat(widths[column]! - widthOf(cell)))
        .join('  ')
        .trimEnd(),
    )
}

function shortened(cell: string): string {
  const characters = Array.from(cell)
  return characters.length > LONGEST_CELL ? `${characters.slice(0, LONGEST_CELL - 1).join('')}…` : cell
}

function widthOf(cell: string): number {
  return Array.from(cell).length + (cell.match(WIDE)?.length ?? 0)
}
