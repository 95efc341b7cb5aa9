/** Colours, titles, links and every other sequence that a terminal obeys. No part of it can fail, so it takes linear time. */
const SEQUENCE =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|\u001B[P\]X^_][^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?/g
/** What is left of control characters then, and halves of characters. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
const HALVES = /\p{Cs}/gu
/** Nothing of the above can be in a line without one of these. */
// oxlint-disable-next-line no-control-regex
const SUSPICIOUS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\uD800-\uDFFF]/
/** Empties the line. */
// oxlint-disable-next-line no-control-regex
const ERASED = /\u001B\[2K|(?:\r|\u001B\[[01]?G)\u001B\[0?[JK]/
/** Begins the line anew, as progress bars do, or goes back to an earlier one. */
// oxlint-disable-next-line no-control-regex
const ANEW = /\r|\u001B\[[01]?G|\u001B\[\d*[AF]/

/** What can still be a part of a sequence, in characters. */
const BEGUN = 64

/** What a terminal shows of a line in the end, at most `max` characters. @param line - As it was written, without its break. */
export function shownLine(line: string, max: number): string {
  if (!SUSPICIOUS.test(line)) return line.slice(0, max)
  const state = statesOf(line).findLast(isVisible) ?? ''
  return textOf(state).slice(0, max).replaceAll(HALVES, '\uFFFD')
}

/** As much of an unfinished line as the rest of it can leave visible, about `max` characters. */
export function openLine(line: string, max: number): string {
  const states = statesOf(line)
  const last = states.at(-1)!
  if (isVisible(last)) return last.slice(0, max)
  return `${states.findLast(isVisible)?.slice(0, max) ?? ''}\r${last.slice(0, BEGUN)}`
}

/** What the line said, one after the other, since it was last erased. */
function statesOf(line: string): string[] {
  return line.split(ERASED).at(-1)!.split(ANEW)
}

function isVisible(state: string): boolean {
  return textOf(state) !== ''
}

function textOf(state: string): string {
  return state.replaceAll(SEQUENCE, '').replaceAll(CONTROL, '')
}
