import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { say } from '../text/screens.ts'

/** Milliseconds for which a button says what it has done. */
const SAID = 2_000

/** Copies a text, and says so. */
export function CopyButton({
  format = '',
  label,
  text,
}: {
  readonly format?: string | undefined
  /** What the button says instead. */
  readonly label?: string | undefined
  readonly text: () => string | Promise<string>
}): JSX.Element {
  const [done, setDone] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (done === undefined) return
    const timer = setTimeout(() => setDone(undefined), SAID)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text())
      setDone('copied')
    } catch {
      setDone('failed')
    }
  }
  return (
    <>
      <button type="button" class="button outlined" onClick={() => void copy()}>
        {label ?? say('save.copy', { format })}
      </button>
      <span class="quiet small copied" role="status">
        {done && say(`save.${done}`)}
      </span>
    </>
  )
}
