import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { SignedIn } from '../../protocol/settings.ts'
import { refused, Refused, sendJson, Unreachable } from '../api/client.ts'
import { mode } from '../api/mode.ts'
import { keepToken } from '../api/token.ts'
import { Notice } from '../parts/notice.tsx'
import { path } from '../state/location.ts'
import { tell } from '../text/account.ts'
import { t } from '../text/i18n.ts'
import '../styles/account.css'

/** The server does not know who asks. The address stays: it is where one is afterwards. */
export default function SignIn(): JSX.Element {
  if (mode === 'server') return <SignInForm />
  return (
    <Notice title={t('refused.title')}>
      <p>{refused.value?.message}</p>
    </Notice>
  )
}

function SignInForm(): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string>()
  const [checking, setChecking] = useState(false)
  useEffect(() => field.current!.focus(), [])
  const send = async (): Promise<void> => {
    const key = field.current!.value.trim()
    if (checking) return
    if (key === '') return fail(tell('signIn.empty'))
    setChecking(true)
    setProblem(undefined)
    try {
      const { token } = await sendJson<SignedIn>('/session', { key })
      keepToken(token)
      // Nothing of whoever was here before stays.
      location.reload()
    } catch (error) {
      setChecking(false)
      fail(reasonOf(error))
    }
  }
  const fail = (reason: string): void => {
    setProblem(reason)
    field.current!.focus()
    field.current!.select()
  }
  return (
    <form
      class="sign-in"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <h2>{tell('signIn.title')}</h2>
      {refused.value?.ended === true && <p role="status">{tell('signIn.over')}</p>}
      <label for="api-key">{tell('signIn.key')}</label>
      <input
        id="api-key"
        ref={field}
        class="field"
        type="password"
        name="key"
        autocomplete="current-password"
        autocapitalize="none"
        spellcheck={false}
        maxLength={200}
        aria-invalid={problem !== undefined}
        aria-describedby="api-key-problem api-key-hint"
      />
      <p id="api-key-problem" class="problem" role="alert">
        {problem}
      </p>
      <p class="row">
        <button type="submit" class="button filled">
          {tell('signIn.go')}
        </button>
        <span class="quiet" role="status">
          {checking && tell('signIn.checking')}
        </span>
      </p>
      <p id="api-key-hint" class="quiet small">
        {tell('signIn.hint')}
      </p>
      {path.value !== '/' && <p class="quiet small then">{tell('signIn.then', { address: addressText() })}</p>}
    </form>
  )
}

function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return tell('signIn.gone')
  if (!(error instanceof Refused)) return String(error)
  return error.status === 401 ? tell('signIn.unknown') : error.status === 429 ? tell('signIn.tooMany') : error.message
}

/** As people read it. */
function addressText(): string {
  try {
    return decodeURIComponent(path.value)
  } catch {
    return path.value
  }
}
