import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { loadProjects } from '../account/load-projects.ts'
import { Refused } from '../api/client.ts'
import { mode } from '../api/mode.ts'
import { Link } from '../parts/link.tsx'
import { Notice } from '../parts/notice.tsx'
import { NothingHere } from '../parts/nothing-here.tsx'
import { WhenLoaded } from '../parts/when-loaded.tsx'
import type { Scope } from '../state/route.ts'
import { session } from '../state/session.ts'
import { tell } from '../text/account.ts'

/** A page of runs that has none: there are none yet, or there is no such page. */
export default function EmptyScreen({ scope }: { readonly scope: Scope }): JSX.Element {
  const { user, project } = scope
  const load = useCallback(
    async (signal: AbortSignal) => user === undefined || project === undefined || isThere(user, project, signal),
    [user, project],
  )
  if (mode === 'watch') return <NoRuns scope={scope} />
  return <WhenLoaded load={load}>{(there) => (there ? <NoRuns scope={scope} /> : <NothingHere />)}</WhenLoaded>
}

async function isThere(user: string, project: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await loadProjects(user, signal)).some(({ name }) => name === project)
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return false
    throw error
  }
}

function NoRuns({ scope: { project = 'first' } }: { readonly scope: Scope }): JSX.Element {
  return (
    <Notice title={tell('empty.title')}>
      <p>{tell('empty.how')}</p>
      <pre>
        <code>{firstRun(project)}</code>
      </pre>
      {mode === 'server' ? (
        <p>
          <Link to="/settings">{tell('empty.key')}</Link>
        </p>
      ) : (
        session.value !== undefined && <p class="quiet">{tell('empty.where', { where: session.value.title })}</p>
      )}
    </Notice>
  )
}

/** Makes a run, wherever `swanlab` is installed. */
function firstRun(project: string): string {
  const variables = mode === 'server' ? `export SWANLAB_API_HOST=${location.origin} SWANLAB_API_KEY=…\n` : ''
  const where = mode === 'server' ? '' : `, mode: 'local'`
  return [
    `${variables}node --input-type=module -e "`,
    `import { init } from 'swanlab'`,
    `const run = await init({ project: '${project}'${where} })`,
    'for (let step = 0; step < 100; step++) run.log({ loss: 1 / (step + 1) })',
    'await run.finish()"',
  ].join('\n')
}
