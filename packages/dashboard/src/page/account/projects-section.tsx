import type { JSX } from 'preact'
import { useCallback, useState } from 'preact/hooks'
import type { ProjectRow } from '../../protocol/settings.ts'
import { sendJson } from '../api/client.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Link } from '../parts/link.tsx'
import { ScrollX } from '../parts/scroll-x.tsx'
import { WhenLoaded } from '../parts/when-loaded.tsx'
import { addressOfScope } from '../state/route.ts'
import { tell } from '../text/account.ts'
import { formatCount } from '../text/format.ts'
import { loadProjects } from './load-projects.ts'
import { messageOf } from './message-of.ts'

/** Which projects of whoever is signed in are public. */
export function ProjectsSection({ user }: { readonly user: string }): JSX.Element {
  const load = useCallback((signal: AbortSignal) => loadProjects(user, signal), [user])
  return (
    <section aria-labelledby="projects-heading">
      <h2 id="projects-heading">{tell('projects.title')}</h2>
      <p class="quiet about">{tell('projects.about')}</p>
      <WhenLoaded load={load}>
        {(projects) =>
          projects.length === 0 ? <p>{tell('projects.none')}</p> : <Projects user={user} first={projects} />
        }
      </WhenLoaded>
    </section>
  )
}

function Projects({ user, first }: { readonly user: string; readonly first: readonly ProjectRow[] }): JSX.Element {
  const [projects, setProjects] = useState(first)
  const [status, setStatus] = useState<string>()
  const [asked, setAsked] = useState<ProjectRow>()
  const change = async ({ name }: ProjectRow, isPublic: boolean): Promise<void> => {
    try {
      const changed = await sendJson<ProjectRow>(`/projects/${encodeURIComponent(name)}`, { public: isPublic })
      setProjects((rows) => rows.map((row) => (row.name === name ? changed : row)))
      setStatus(tell(changed.public ? 'projects.isPublic' : 'projects.isPrivate', { name }))
    } catch (error) {
      setStatus(tell('keys.failed', { message: messageOf(error) }))
    }
  }
  return (
    <>
      <ScrollX label={tell('projects.caption')}>
        <table class="data-table">
          <caption class="unseen">{tell('projects.caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{tell('projects.column.name')}</th>
              <th scope="col" class="number">
                {tell('projects.column.runs')}
              </th>
              <th scope="col">{tell('projects.column.seen')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {projects.map((project) => (
              <tr key={project.name}>
                <th scope="row">
                  <Link to={addressOfScope({ user, project: project.name })} view="fresh">
                    {project.name}
                  </Link>
                </th>
                <td class="number">{formatCount(project.runs)}</td>
                <td class="whole">{tell(project.public ? 'projects.public' : 'projects.private')}</td>
                <td>
                  <ChangeButton
                    project={project}
                    onClick={() => (project.public ? void change(project, false) : setAsked(project))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
      <p class="status" role="status">
        {status}
      </p>
      {asked && (
        <Confirm
          title={tell('projects.publicTitle', { name: asked.name })}
          action={tell('projects.makePublic')}
          onYes={() => void change(asked, true)}
          onClose={() => setAsked(undefined)}
        >
          <p>{tell('projects.publicText', { n: asked.runs })}</p>
        </Confirm>
      )}
    </>
  )
}

function ChangeButton({
  project: { name, public: isPublic },
  onClick,
}: {
  readonly project: ProjectRow
  readonly onClick: () => void
}): JSX.Element {
  return (
    <button
      type="button"
      class="button outlined"
      aria-label={tell(isPublic ? 'projects.makePrivateOf' : 'projects.makePublicOf', { name })}
      onClick={onClick}
    >
      {tell(isPublic ? 'projects.makePrivate' : 'projects.makePublic')}
    </button>
  )
}
