import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import type { ServerOptions, TrackingServer } from '@swanlab/server'
import type { Command } from 'commander'
import { EXIT } from './exit-codes.ts'
import { note, print } from './output.ts'
import { firstUser } from './server-accounts.ts'

export interface ServeFlags {
  readonly data: string
  readonly port: number
  readonly host: string
  readonly insecure?: boolean
  readonly allowWeakLock?: boolean
  readonly tlsKey?: string
  readonly tlsCert?: string
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/
/** The server gives requests that are under way less; this is for a disk that does not answer, in milliseconds. */
const CLOSING_TIME = 10_000

/** Runs a server until it gets a signal to stop. */
export async function serve(command: Command, flags: ServeFlags): Promise<void> {
  const { data, port, host, insecure = false, allowWeakLock } = flags
  const tls = tlsOf(command, flags)
  // The server refuses this as well; here the message names the options that help.
  if (!tls && !insecure && !LOOPBACK.test(host))
    command.error(
      `error: on ${host} keys and data could be read on the way: add --tls-key and --tls-cert, or --insecure`,
    )
  const report = (_level: string, message: string): void => note(message)
  const dataDir = resolve(data)
  const { createServer } = await import('@swanlab/server')
  const server = await createServer({ dataDir, port, host, insecure, allowWeakLock, tls, report }).catch(refuse)
  const stopped = stopSignal()
  await introduce(server, dataDir)
  note(`${await stopped}: closing.`)
  await close(server)
}

/** A plain error of the server is one of its refusals, such as a folder that another one keeps: no fault in a program. */
function refuse(error: unknown): never {
  if (error instanceof Error && error.constructor === Error && !('code' in error))
    throw new SwanLabError('INVALID_FILE', error.message, { cause: error })
  throw error
}

function tlsOf(command: Command, { tlsKey, tlsCert }: ServeFlags): ServerOptions['tls'] {
  if (tlsKey !== undefined && tlsCert !== undefined) return { key: readFileSync(tlsKey), cert: readFileSync(tlsCert) }
  if (tlsKey !== undefined || tlsCert !== undefined) command.error('error: --tls-key and --tls-cert go together')
  return undefined
}

async function introduce({ url, storage }: TrackingServer, dataDir: string): Promise<void> {
  // Nobody can call an address that stands for all of them.
  const called = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
  const user = await firstUser(storage)
  if (user) {
    print(`Made the user ${user.name}. This key is shown once; clients need:`)
    print('')
    print(`export SWANLAB_API_HOST=${called}`)
    print(`export SWANLAB_API_KEY=${user.key}`)
    print('')
  }
  print(`Listening on ${url}, keeping everything in ${dataDir}`)
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((settle) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      // The second one ends the program at once.
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      settle(signal)
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  })
}

async function close(server: TrackingServer): Promise<void> {
  const late = setTimeout(() => {
    note('Closing takes too long; it is given up.')
    process.exit(EXIT.failed)
  }, CLOSING_TIME)
  await server.close()
  clearTimeout(late)
}
