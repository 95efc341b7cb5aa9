import { httpServer, type HttpStep } from '@swanlab/core/testing'
import { onTestFinished } from 'vitest'

/** A message as it arrived. */
export interface Received {
  readonly text: string
  readonly blocks: readonly Record<string, unknown>[]
}

/** A server in place of Slack until the test ends. */
export async function startReceiver(
  ...script: readonly HttpStep[]
): Promise<{ url: string; received: readonly Received[] }> {
  const server = await httpServer(script)
  onTestFinished(server.close)
  return {
    url: `${server.url}/services/T000/B000/hunter2hunter2`,
    get received() {
      return server.requests.map((request) => request.json() as Received)
    },
  }
}
