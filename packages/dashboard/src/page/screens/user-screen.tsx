import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import type { ProjectRow } from '../../protocol/settings.ts'
import { loadProjects } from '../account/load-projects.ts'
import { Refused } from '../api/client.ts'
import { Link } from '../parts/link.tsx'
import { NothingHere } from '../parts/nothing-here.tsx'
import { ScrollX } from '../parts/scroll-x.tsx'
import { usePageTitle } from '../parts/use-page-title.ts'
import { WhenLoaded } from '../parts/when-loaded.tsx'
import { addressOfScope, isInScope } from '../state/route.ts'
import { allRuns } from '../state/runs.ts'
import { tell } from '../text/account.ts'
import { formatCount, formatTime } from '../text/format.ts'
import EmptyScreen from './empty-screen.tsx'
import '../styles/screens.css'
import '../styles/account.css'

/** The projects of a user, as far as the viewer may see them. */
export default function UserScreen({ user }: { readonly user: string }): JSX.Element {
  usePageTitle(user)
  const load = useCallback((signal: AbortSignal) => projectsOf(user, signal), [user])
  return (
    <WhenLoaded load={load}>
      {(projects) => {
        if (projects === undefined) return <NothingHere />
        return projects.length === 0 ? <EmptyScreen scope={{ user }} /> : <Projects user={user} projects={projects} />
      }}
    </WhenLoaded>
  )
}

async function projectsOf(user: string, signal: AbortSignal): Promise<readonly ProjectRow[] | undefined> {
  try {
    return await loadProjects(user, signal)
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined
    throw error
  }
}

function Projects({
  user,
  projects,
}: {
  readonly user: string
  readonly projects: readonly ProjectRow[]
}): JSX.Element {
  const rows = projects
    .map((project) => {
      const runs = allRuns.value.filter((run) => isInScope(run, { user, project: project.name }))
      return { project, newest: runs[0], running: runs.filter(({ state }) => state === 'running').length }
    })
    .toSorted((a, b) => (b.newest?.startTime ?? 0) - (a.newest?.startTime ?? 0))
  return (
    <div class="sheet">
      <h2>
        <bdi>{tell('projects.captionOf', { user })}</bdi>
      </h2>
      <ScrollX label={tell('projects.captionOf', { user })}>
        <table class="data-table">
          <caption class="unseen">{tell('projects.captionOf', { user })}</caption>
          <thead>
            <tr>
              <th scope="col">{tell('projects.column.name')}</th>
              <th scope="col" class="number">
                {tell('projects.column.runs')}
              </th>
              <th scope="col" class="number">
                {tell('projects.column.running')}
              </th>
              <th scope="col">{tell('projects.column.newest')}</th>
              <th scope="col">{tell('projects.column.seen')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ project: { name, runs, public: isPublic }, newest, running }) => (
              <tr key={name}>
                <th scope="row">
                  <Link to={addressOfScope({ user, project: name })} view="fresh">
                    {name}
                  </Link>
                </th>
                <td class="number">{formatCount(runs)}</td>
                <td class="number">{formatCount(running)}</td>
                <td class="whole">{newest && formatTime(newest.startTime)}</td>
                <td class="whole">{tell(isPublic ? 'projects.public' : 'projects.private')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </div>
  )
}
