import { createServer } from 'node:net'

/**
 * A port on which nobody listens. Systems give none like it away by themselves: while the server that it is for is gone,
 * no server of another test takes its place, and no connection occupies it.
 */
export async function unusedPort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000)
  return (await isFree(port)) ? port : unusedPort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
