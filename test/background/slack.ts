import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A Slack that answers as told, and then takes everything. */
export async function slack(...answers: number[]): Promise<{ url: string; messages: string[]; server: Server }> {
  const messages: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const status = answers.shift() ?? 200
      if (status === 200) messages.push((JSON.parse(body) as { text: string }).text)
      response.writeHead(status).end(status === 200 ? 'ok' : 'no')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/SECRET-OF-SLACK`,
    messages,
    server,
  }
}
