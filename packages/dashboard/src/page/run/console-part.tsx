import { signal } from '@preact/signals'
import type { JSX, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RunRow } from '../../protocol/runs.ts'
import { flagCodec } from '../state/address.ts'
import { viewParam } from '../state/location.ts'
import { formatCount } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { ConsoleFind } from './console-find.tsx'
import { ConsoleLines } from './console-lines.ts'
import { ConsoleText } from './console-text.tsx'
import { lineWindow, scrollHeight, scrollTopOf } from './line-window.ts'
import '../styles/console.css'

/** Pixels of one line; as the style sheet has it. */
const LINE = 20
/** Milliseconds between two looks for more. */
const LOOK = 1_000

const times = viewParam('times', flagCodec, false)
/** The end stays in view while lines are added. */
const following = signal(true)

/** What the program wrote to its terminal: a window over any number of lines. */
export function ConsolePart({ run, lines: known }: { readonly run: RunRow; readonly lines: number }): JSX.Element {
  const lines = useMemo(() => new ConsoleLines(run.key, known), [run.key])
  useEffect(() => () => lines.close(), [lines])
  useEffect(() => lines.grow(known), [lines, known])
  const isRunning = run.state === 'running'
  useEffect(() => {
    if (!isRunning) return void lines.refresh()
    const timer = setInterval(() => {
      if (!document.hidden) void lines.refresh()
    }, LOOK)
    return () => clearInterval(timer)
  }, [lines, isRunning])
  if (lines.total === 0 && !isRunning) return <p class="notice quiet">{say('console.none')}</p>
  return <Console lines={lines} isRunning={isRunning} />
}

interface ConsoleProps {
  readonly lines: ConsoleLines
  readonly isRunning: boolean
}

function Console({ lines, isRunning }: ConsoleProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null)
  const [find, setFind] = useState<{ readonly text: string; readonly line?: number | undefined }>({ text: '' })
  const total = lines.total
  const show = (line: number): void => {
    following.value = false
    // There may be more since this was made; the element grows with the next frame.
    requestAnimationFrame(() => {
      const element = scroller.current
      if (element)
        element.scrollTop = scrollTopOf(line - 1, element.clientHeight / 3, lines.total, LINE, element.clientHeight)
    })
  }
  useLayoutEffect(() => {
    if (isRunning && following.value) scroller.current!.scrollTop = scroller.current!.scrollHeight
  }, [total, isRunning, following.value])
  return (
    <section class="fill-screen console">
      <div class="tools">
        <ConsoleFind
          lines={lines}
          onFound={(text, line) => {
            setFind({ text, line })
            if (line !== undefined) show(line)
          }}
        />
        <GoTo total={total} show={show} />
        <label class="check">
          <input type="checkbox" checked={times.value} onChange={() => (times.value = !times.value)} />
          {say('console.times')}
        </label>
        {isRunning && (
          <label class="check">
            <input type="checkbox" checked={following.value} onChange={() => (following.value = !following.value)} />
            {say('console.follow')}
          </label>
        )}
        <span class="quiet small">{say('console.lines', { n: total })}</span>
        {lines.problem.value !== undefined && (
          <span class="state-crashed" role="alert">
            {t('error.failed', { message: lines.problem.value })}
          </span>
        )}
      </div>
      <Lines lines={lines} scroller={scroller} find={find} />
    </section>
  )
}

interface LinesProps {
  readonly lines: ConsoleLines
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly find: { readonly text: string; readonly line?: number | undefined }
}

function Lines({ lines, scroller, find }: LinesProps): JSX.Element {
  const [{ top, height }, setView] = useState({ top: 0, height: 600 })
  useLayoutEffect(() => {
    const element = scroller.current!
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight })
    const scrolled = (): void => {
      look()
      // Whoever scrolls away from the end wants to read there; back at the end, it is followed again.
      const left = element.scrollHeight - element.scrollTop - element.clientHeight
      if (left > 2 * LINE) following.value = false
      else if (left < 2) following.value = true
    }
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener('scroll', scrolled, { passive: true })
    look()
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', scrolled)
    }
  }, [])
  const total = lines.total
  const { first, last, offset } = lineWindow(top, total, LINE, height)
  const width = formatCount(total).length
  return (
    <div
      class="console-scroll"
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label={say('console.label', { n: total })}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls has to be reachable by keyboard.
      tabIndex={0}
    >
      <div style={{ height: `${scrollHeight(total, LINE, height)}px` }}>
        <div class="console-view" style={{ transform: `translateY(-${offset}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, at) => {
            const number = first + at + 1
            const line = lines.line(number)
            return line ? (
              <ConsoleText
                key={number}
                line={line}
                width={width}
                times={times.value}
                find={find.text}
                current={find.line === number}
              />
            ) : (
              <div key={number} class="console-line">
                <span class="line-number" style={{ minWidth: `${width}ch` }}>
                  {number}
                </span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function GoTo({ total, show }: { readonly total: number; readonly show: (line: number) => void }): JSX.Element {
  return (
    <>
      <label class="go-to">
        {say('console.goTo')}{' '}
        <input
          class="field"
          type="number"
          min={1}
          max={total}
          onChange={({ currentTarget }) => {
            const line = Math.round(currentTarget.valueAsNumber)
            if (line >= 1) show(Math.min(line, total))
          }}
        />
      </label>
      <button type="button" class="button outlined" onClick={() => show(1)}>
        {say('console.start')}
      </button>
      <button type="button" class="button outlined" onClick={() => show(total)}>
        {say('console.end')}
      </button>
    </>
  )
}
