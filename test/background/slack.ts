import { httpServer, type HttpServer } from '@swanlab/core/testing'

/** A Slack that answers as told, and then takes everything. `messages` answers what it has taken. */
export async function slack(
  ...answers: number[]
): Promise<{ url: string; messages: () => string[]; server: HttpServer }> {
  const server = await httpServer(answers.map((status) => ({ status })))
  const messages = (): string[] =>
    server.requests
      .filter((_, at) => (answers[at] ?? 200) === 200)
      .map((request) => (request.json() as { text: string }).text)
  return { url: `${server.url}/services/SECRET-OF-SLACK`, messages, server }
}
