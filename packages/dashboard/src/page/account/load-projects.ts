import type { ProjectList, ProjectRow } from '../../protocol/settings.ts'
import { getJson } from '../api/client.ts'

/** Projects of a user that may be seen, by name. @throws Refused 404 when there are none, unless they are one's own. */
export async function loadProjects(user: string, signal: AbortSignal): Promise<readonly ProjectRow[]> {
  const { projects } = await getJson<ProjectList>(`/users/${encodeURIComponent(user)}/projects`, undefined, signal)
  return projects.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
