import { computed, type ReadonlySignal } from '@preact/signals'
import type { RunRow } from '../../protocol/runs.ts'
import { path } from './location.ts'
import { session } from './session.ts'

/** Whose runs are shown. Absent: all that there are. */
export interface Scope {
  readonly user?: string | undefined
  readonly project?: string | undefined
}

export type Route =
  | { readonly page: 'runs'; readonly scope: Scope }
  /** `id`: as an address has it; a run's key where the page serves folders, and its id on a server. */
  | { readonly page: 'run'; readonly scope: Scope; readonly id: string }
  | { readonly page: 'settings' }
  | { readonly page: 'nothing' }

const RUN = /^\/runs\/(?<id>[^/]+)\/?$/
const OWNED = /^\/@(?<user>[^/]+)(?:\/(?<project>[^/]+)(?:\/runs\/(?<id>[^/]+))?)?\/?$/

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
  const scope = { user: part(owned['user']), project: part(owned['project']) }
  const ownedId = part(owned['id'])
  return ownedId === undefined ? { page: 'runs', scope } : { page: 'run', scope, id: ownedId }
}

export const route: ReadonlySignal<Route> = computed(() => routeOf(path.value))

/** Where a run's page is. */
export function addressOf({ key, id, workspace, project }: RunRow): string {
  if (session.value?.mode !== 'server' || workspace === undefined) return `/runs/${encodeURIComponent(key)}`
  return `/@${encodeURIComponent(workspace)}/${encodeURIComponent(project)}/runs/${encodeURIComponent(id)}`
}

export function isOfRoute(run: RunRow, { scope, id }: Route & { page: 'run' }): boolean {
  return scope.user === undefined ? run.key === id : run.id === id && isInScope(run, scope)
}

export function isInScope({ workspace, project }: RunRow, scope: Scope): boolean {
  return (
    (scope.user === undefined || workspace === scope.user) && (scope.project === undefined || project === scope.project)
  )
}
