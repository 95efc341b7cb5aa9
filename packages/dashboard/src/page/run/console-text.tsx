import type { ComponentChildren, JSX } from 'preact'
import { isTime } from '../text/format.ts'
import { say } from '../text/screens.ts'
import { spansOf, type Span } from './ansi.ts'
import type { Line } from './console-lines.ts'

interface ConsoleTextProps {
  readonly line: Line
  /** Digits of the largest number. */
  readonly width: number
  readonly times?: boolean | undefined
  /** What was searched for. */
  readonly find?: string | undefined
  readonly current?: boolean | undefined
}

/** One line of a console, with its number. */
export function ConsoleText({ line, width, times, find = '', current }: ConsoleTextProps): JSX.Element {
  return (
    <div class={`console-line ${line.level}${current ? ' current' : ''}`}>
      <span class="line-number" style={{ minWidth: `${width}ch` }}>
        {line.line}
      </span>
      {times && <span class="line-time">{timeOf(line.time)}</span>}
      <span class="line-text">
        {spansOf(line.text).map((span, at) => (
          <Piece key={at} span={span} find={find} />
        ))}
      </span>
      {line.cut && <span class="line-cut">{say('console.cut')}</span>}
    </div>
  )
}

function Piece({ span, find }: { readonly span: Span; readonly find: string }): JSX.Element {
  const { text, classes, color, background } = span
  const style = { ...(color && { color }), ...(background && { backgroundColor: background }) }
  return (
    <span class={classes.join(' ')} style={style}>
      {marked(text, find)}
    </span>
  )
}

/** Hits of one piece that are marked. */
const MOST_MARKS = 100

function marked(text: string, find: string): ComponentChildren {
  if (find === '') return text
  const [low, wanted] = [text.toLowerCase(), find.toLowerCase()]
  // Lower case may be longer, as of İ: places would not be the same.
  if (low.length !== text.length) return text
  const parts: ComponentChildren[] = []
  let at = 0
  for (let hit = low.indexOf(wanted); hit >= 0 && parts.length < 2 * MOST_MARKS; hit = low.indexOf(wanted, at)) {
    parts.push(text.slice(at, hit), <mark key={hit}>{text.slice(hit, hit + wanted.length)}</mark>)
    at = hit + wanted.length
  }
  return [...parts, text.slice(at)]
}

/** The time of day, to the millisecond. */
function timeOf(milliseconds: number): string {
  if (!isTime(milliseconds)) return ''
  const date = new Date(milliseconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
