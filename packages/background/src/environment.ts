import { resolve } from 'node:path'

/** Options of Node that say whom to trust and how to reach others. */
const NETWORK = /^--(?:use-(?:openssl|system|bundled)-ca$|tls-[\w.-]+(?:=|$)|dns-result-order=)/

/**
 * The environment of the background process: the training's, from which it must reach the same servers. What the
 * training was configured to load, or to listen to as a debugger, is not meant for it.
 *
 * @param cwd - Where the training works: the background process works elsewhere.
 */
export function environmentOf(
  env: NodeJS.ProcessEnv,
  execArgv: readonly string[],
  cwd: string,
): NodeJS.ProcessEnv & { NODE_OPTIONS: string } {
  const { NODE_EXTRA_CA_CERTS: authorities, NODE_OPTIONS = '' } = env
  const options = [...NODE_OPTIONS.split(/\s+/), ...execArgv].filter((option) => NETWORK.test(option))
  return {
    ...env,
    NODE_OPTIONS: options.join(' '),
    ...(authorities && { NODE_EXTRA_CA_CERTS: resolve(cwd, authorities) }),
  }
}

/** Where this process works; it may have been deleted. */
export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return 'a folder that has been deleted'
  }
}
