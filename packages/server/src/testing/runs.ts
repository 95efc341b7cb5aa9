import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ServerOptions } from '../server.ts'
import { setUp, type Answer, type Client, type Setting } from './client.ts'

/**
 * The server of `setUp` for a whole file of tests, on which alice has a private project, `cats`, and a public one, `open`.
 * To be awaited where the file begins.
 */
export async function useProjects(options: Partial<ServerOptions> = {}): Promise<Setting> {
  const setting = await setUp(options)
  afterAll(async () => {
    await setting.server.close()
    rmSync(setting.dataDir, { recursive: true, force: true })
  })
  await setting.alice.call('POST', '/projects/alice', { name: 'cats', visibility: 'PRIVATE' })
  await setting.alice.call('POST', '/projects/alice', { name: 'open', visibility: 'PUBLIC' })
  return setting
}

export interface NewRun {
  readonly cuid: string
  readonly slug: string
  readonly flagId: string
}

let count = 0

/** @throws Error when the server does not make it. */
export async function newRun(client: Client, project = 'cats', rest: object = {}): Promise<NewRun> {
  const body = { name: `swan-${++count}`, cuid: `run${count}`, colors: ['#528d59', '#528d59'], ...rest }
  const { status, body: run } = await client.call('POST', `/project/alice/${project}/experiment`, body)
  if (status !== 201) throw new Error(`the run was answered ${status}`)
  return run as NewRun
}

export const scalar = (key: string, index: number, data: unknown): object => ({
  key,
  index,
  data,
  create_time: '2026-11-24T00:25:26.526147Z',
})

export function log(client: Client, cuid: string, type: string, metrics: readonly unknown[]): Promise<Answer> {
  return client.call('POST', '/house/metrics', { projectId: 'p', experimentId: cuid, type, metrics })
}

/** Where the server keeps a run of alice's. */
export function folderOf({ dataDir }: Pick<Setting, 'dataDir'>, project: string, cuid: string): string {
  const dir = join(dataDir, 'projects', 'alice', project)
  return join(dir, readdirSync(dir).find((name) => name.endsWith(cuid)) ?? 'none')
}
