import { computed, type ReadonlySignal } from '@preact/signals'
import type { RunRow } from '../../protocol/runs.ts'
import { mode } from '../api/mode.ts'
import { path } from './location.ts'

/** Whose runs are shown. Absent: all that there are. */
export interface Scope {
  readonly user?: string | undefined
  readonly project?: string | undefined
}

export type Route =
  | { readonly page: 'runs'; readonly scope: Scope }
  /** The projects of a user. */
  | { readonly page: 'user'; readonly user: string }
  /** `id`: as an address has it; a run's key where the page serves folders, and its id on a server. */
  | { readonly page: 'run'; readonly scope: Scope; readonly id: string }
  | { readonly page: 'settings' }
  | { readonly page: 'nothing' }

const RUN = /^\/runs\/(?<id>[^/]+)\/?$/
/** Clients in Python print addresses that end with `/chart`. */
const OWNED = /^\/@(?<user>[^/]+)(?:\/(?<project>[^/]+)(?:\/runs\/(?<id>[^/]+)(?:\/chart)?)?)?\/?$/

export function routeOf(pathname: string): Route {
  const part = (text: string | undefined): string | undefined => {
    try {
      return text === undefined ? undefined : decodeURIComponent(text)
    } catch {
      return text
    }
  }
  if (pathname === '/') return { page: 'runs', scope: {} }
  if (pathname === '/settings') return { page: 'settings' }
  const id = part(RUN.exec(pathname)?.groups?.['id'])
  if (id !== undefined) return { page: 'run', scope: {}, id }
  const owned = OWNED.exec(pathname)?.groups
  if (!owned) return { page: 'nothing' }
  const user = part(owned['user'])!
  const project = part(owned['project'])
  if (project === undefined) return { page: 'user', user }
  const scope = { user, project }
  const ownedId = part(owned['id'])
  return ownedId === undefined ? { page: 'runs', scope } : { page: 'run', scope, id: ownedId }
}

export const route: ReadonlySignal<Route> = computed(() => routeOf(path.value))

/** Where a run's page is. */
export function addressOf({ key, id, workspace, project }: RunRow): string {
  if (mode === 'watch' || workspace === undefined) return `/runs/${encodeURIComponent(key)}`
  return `${addressOfScope({ user: workspace, project })}/runs/${encodeURIComponent(id)}`
}

/** Where the runs of a project, the projects of a user, or all runs are. */
export function addressOfScope({ user, project }: Scope): string {
  if (user === undefined) return '/'
  return `/@${encodeURIComponent(user)}${project === undefined ? '' : `/${encodeURIComponent(project)}`}`
}

/** Addresses of clients hold the id that a run was given, or its key. */
export function isOfRoute(run: RunRow, { scope, id }: Route & { page: 'run' }): boolean {
  if (scope.user === undefined) return run.key === id
  return (run.id === id || run.key === id) && isInScope(run, scope)
}

export function isInScope({ workspace, project }: RunRow, scope: Scope): boolean {
  return (
    (scope.user === undefined || workspace === scope.user) && (scope.project === undefined || project === scope.project)
  )
}
