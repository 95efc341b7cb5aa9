import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { KeysSection } from '../account/keys-section.tsx'
import { messageOf } from '../account/message-of.ts'
import { ProjectsSection } from '../account/projects-section.tsx'
import { Refused, sendJson } from '../api/client.ts'
import { forgetToken } from '../api/token.ts'
import { Link } from '../parts/link.tsx'
import { usePageTitle } from '../parts/use-page-title.ts'
import { addressOfScope } from '../state/route.ts'
import { session } from '../state/session.ts'
import { tell } from '../text/account.ts'
import '../styles/screens.css'
import '../styles/account.css'

/** Who is signed in, and what they settle about themselves. */
export default function SettingsScreen(): JSX.Element {
  usePageTitle(tell('account.title'))
  const viewer = session.value?.viewer
  if (viewer === undefined) return <p class="notice quiet">{tell('account.reading')}</p>
  return (
    <div class="sheet settings">
      <Who viewer={viewer} />
      <KeysSection />
      <ProjectsSection user={viewer} />
    </div>
  )
}

function Who({ viewer }: { readonly viewer: string }): JSX.Element {
  const [problem, setProblem] = useState<string>()
  const signOut = async (): Promise<void> => {
    try {
      await sendJson('/session', undefined, 'DELETE')
    } catch (error) {
      // It is over already.
      const isOver = error instanceof Refused && error.status === 401
      if (!isOver) return setProblem(tell('account.signOutFailed', { message: messageOf(error) }))
    }
    forgetToken()
    location.replace('/')
  }
  return (
    <section aria-labelledby="settings-heading">
      <h2 id="settings-heading">{tell('account.title')}</h2>
      <p class="row">
        <span>
          {tell('account.who')} <strong>{viewer}</strong>
        </span>
        <Link to={addressOfScope({ user: viewer })}>{tell('account.projects')}</Link>
        <button type="button" class="button outlined" onClick={() => void signOut()}>
          {tell('account.signOut')}
        </button>
      </p>
      <p class="problem" role="alert">
        {problem}
      </p>
    </section>
  )
}
