import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { say } from '../text/screens.ts'
import { t } from '../text/i18n.ts'
import type { ConsoleLines } from './console-lines.ts'

interface Found {
  readonly lines: readonly number[]
  readonly more: boolean
}

interface ConsoleFindProps {
  readonly lines: ConsoleLines
  /** @param line - Where the text is; absent: nowhere, or it is not known yet. */
  readonly onFound: (text: string, line?: number) => void
}

/** Milliseconds that somebody types on before it is searched for. */
const PAUSE = 250

/** Finds a text in all lines, those included that were never here. */
export function ConsoleFind({ lines, onFound }: ConsoleFindProps): JSX.Element {
  const [text, setText] = useState('')
  const [found, setFound] = useState<Found>()
  const [at, setAt] = useState(0)
  const [problem, setProblem] = useState<string>()

  useEffect(() => {
    setFound(undefined)
    setProblem(undefined)
    onFound(text)
    if (text === '') return
    const stop = new AbortController()
    const search = async (): Promise<void> => {
      try {
        const answer = await lines.find(text, 0, stop.signal)
        if (stop.signal.aborted) return
        setFound(answer)
        setAt(0)
        onFound(text, answer.lines[0])
      } catch (error) {
        if (!stop.signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
      }
    }
    const timer = setTimeout(() => void search(), PAUSE)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, lines])

  const go = async (by: 1 | -1): Promise<void> => {
    if (!found || found.lines.length === 0) return
    let all = found
    let next = at + by
    if (next >= all.lines.length && all.more) {
      try {
        const answer = await lines.find(text, all.lines.at(-1)!, new AbortController().signal)
        all = { lines: [...all.lines, ...answer.lines], more: answer.more }
        setFound(all)
      } catch (error) {
        return setProblem(error instanceof Error ? error.message : String(error))
      }
    }
    next = (next + all.lines.length) % all.lines.length
    setAt(next)
    onFound(text, all.lines[next])
  }

  const keys = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    void go(event.shiftKey ? -1 : 1)
  }
  const count = found?.lines.length ?? 0
  return (
    <div class="console-find" role="search">
      <input
        class="field"
        type="search"
        spellcheck={false}
        value={text}
        maxLength={1_000}
        aria-label={say('console.find')}
        placeholder={say('console.find')}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={keys}
      />
      <button
        type="button"
        class="button outlined icon-button"
        disabled={count === 0}
        aria-label={say('console.previous')}
        title={say('console.previous')}
        onClick={() => void go(-1)}
      >
        <span aria-hidden="true">↑</span>
      </button>
      <button
        type="button"
        class="button outlined icon-button"
        disabled={count === 0}
        aria-label={say('console.next')}
        title={say('console.next')}
        onClick={() => void go(1)}
      >
        <span aria-hidden="true">↓</span>
      </button>
      <span class="quiet small" role="status">
        {text === ''
          ? ''
          : problem !== undefined
            ? t('error.failed', { message: problem })
            : found === undefined
              ? say('console.finding')
              : count === 0
                ? say('console.noMatch')
                : say(found.more ? 'console.matchMore' : 'console.match', { at: at + 1, all: count })}
      </span>
    </div>
  )
}
