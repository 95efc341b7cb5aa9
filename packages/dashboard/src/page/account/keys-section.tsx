import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { KeyList, KeyRow, MadeKey } from '../../protocol/settings.ts'
import { getJson, Refused, sendJson } from '../api/client.ts'
import { Confirm } from '../parts/confirm.tsx'
import { ScrollX } from '../parts/scroll-x.tsx'
import { WhenLoaded } from '../parts/when-loaded.tsx'
import { tell } from '../text/account.ts'
import { formatTime } from '../text/format.ts'
import { messageOf } from './message-of.ts'
import { NewKey } from './new-key.tsx'

const NAME = /^(?!\.{1,2}$)[0-9a-zA-Z._-]{1,50}$/

const loadKeys = (signal?: AbortSignal): Promise<KeyList> => getJson<KeyList>('/keys', undefined, signal)

/** The keys of whoever is signed in: made, listed, revoked. */
export function KeysSection(): JSX.Element {
  return (
    <section aria-labelledby="keys-heading">
      <h2 id="keys-heading" tabIndex={-1}>
        {tell('keys.title')}
      </h2>
      <p class="quiet about">{tell('keys.about')}</p>
      <WhenLoaded load={loadKeys}>{({ keys }) => <Keys first={keys} />}</WhenLoaded>
    </section>
  )
}

function Keys({ first }: { readonly first: readonly KeyRow[] }): JSX.Element {
  const [keys, setKeys] = useState(first)
  const [made, setMade] = useState<string>()
  const [status, setStatus] = useState<string>()
  const [revoking, setRevoking] = useState<KeyRow>()
  const reload = async (): Promise<void> => setKeys((await loadKeys()).keys)
  const revoke = async ({ name, current }: KeyRow): Promise<void> => {
    try {
      await sendJson(`/keys/${encodeURIComponent(name)}`, undefined, 'DELETE')
      setStatus(tell('keys.revoked', { name }))
      // The button that had the focus goes with its row. After the last one the session is over, and the page says so.
      if (!current) document.querySelector<HTMLElement>('#keys-heading')?.focus()
      await reload()
    } catch (error) {
      setStatus(tell('keys.failed', { message: messageOf(error) }))
    }
  }
  return (
    <>
      <MakeKey
        keys={keys}
        onMade={(key) => {
          setStatus(undefined)
          setMade(key)
          reload().catch((error: unknown) => setStatus(tell('keys.failed', { message: messageOf(error) })))
        }}
      />
      {made !== undefined && <NewKey key={made} value={made} onDone={() => setMade(undefined)} />}
      <KeyTable keys={keys} onRevoke={setRevoking} />
      <p class="status" role="status">
        {status}
      </p>
      {revoking && (
        <Confirm
          title={tell('keys.revokeTitle', { name: revoking.name })}
          action={tell('keys.revoke')}
          onYes={() => void revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        >
          <p>{tell('keys.revokeText')}</p>
          {revoking.current && <p>{tell('keys.revokeCurrent')}</p>}
          {keys.length === 1 && <p>{tell('keys.revokeLast')}</p>}
        </Confirm>
      )}
    </>
  )
}

function MakeKey({
  keys,
  onMade,
}: {
  readonly keys: readonly KeyRow[]
  readonly onMade: (key: string) => void
}): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const fail = (reason: string): void => {
    setProblem(reason)
    field.current!.focus()
  }
  const make = async (): Promise<void> => {
    const name = field.current!.value.trim()
    if (busy) return
    if (!NAME.test(name)) return fail(tell('keys.nameRule'))
    if (keys.some((key) => key.name === name)) return fail(tell('keys.taken', { name }))
    setBusy(true)
    setProblem(undefined)
    try {
      const { key } = await sendJson<MadeKey>('/keys', { name })
      field.current!.value = ''
      onMade(key)
    } catch (error) {
      const isTaken = error instanceof Refused && error.status === 409
      fail(isTaken ? tell('keys.taken', { name }) : tell('keys.failed', { message: messageOf(error) }))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      class="make-key"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <label for="key-name">{tell('keys.name')}</label>
      <p class="row">
        <input
          id="key-name"
          ref={field}
          class="field"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={50}
          placeholder={tell('keys.nameExample')}
          aria-invalid={problem !== undefined}
          aria-describedby="key-name-problem"
        />
        <button type="submit" class="button outlined">
          {tell('keys.make')}
        </button>
      </p>
      <p id="key-name-problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  )
}

function KeyTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly KeyRow[]
  readonly onRevoke: (key: KeyRow) => void
}): JSX.Element {
  return (
    <ScrollX label={tell('keys.caption')}>
      <table class="data-table">
        <caption class="unseen">{tell('keys.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{tell('keys.column.name')}</th>
            <th scope="col">{tell('keys.column.prefix')}</th>
            <th scope="col">{tell('keys.column.created')}</th>
            <th scope="col">{tell('keys.column.used')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.name}>
              <th scope="row">
                {key.name} {key.current && <span class="tag">{tell('keys.current')}</span>}
              </th>
              <td>{key.prefix === undefined ? tell('keys.unknown') : <code>{key.prefix}…</code>}</td>
              <td class="whole">{key.createdAt === undefined ? tell('keys.unknown') : formatTime(key.createdAt)}</td>
              <td class="whole">{key.lastUsedAt === undefined ? tell('keys.never') : formatTime(key.lastUsedAt)}</td>
              <td>
                <button
                  type="button"
                  class="button outlined"
                  aria-label={tell('keys.revokeOf', { name: key.name })}
                  onClick={() => onRevoke(key)}
                >
                  {tell('keys.revoke')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}
