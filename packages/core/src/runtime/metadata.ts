import { availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os'
import { dirname, join } from 'node:path'
import type { JsonValue } from '../contract/payloads.ts'
import { gitInfo } from './git.ts'
import { maskText } from '../text/mask.ts'
import { readIfRegular } from './read-if-regular.ts'

/** What metadata are read from. */
export interface Surroundings {
  readonly argv: readonly string[]
  readonly cwd: string
  /** Of the command line, as it may be recorded. */
  readonly command: (argv: readonly string[]) => string
}

/** Machine, runtime, command and git state of this process, in the groups of SwanLab's metadata file. */
export function collectMetadata(
  { argv, cwd, command }: Surroundings,
  swanlab: Record<string, JsonValue>,
): Record<string, JsonValue> {
  const git = gitInfo(cwd)
  return {
    _version: 2,
    hardware: {
      cpu: { brand: cpus()[0]?.model ?? 'unknown', logical_count: availableParallelism() },
      memory: { total: Math.round(totalmem() / 2 ** 30), total_unit: 'GB' },
    },
    runtime: {
      os: `${type()} ${release()}`,
      hostname: hostname(),
      pid: process.pid,
      cwd,
      node: process.version,
      executable: process.execPath,
      command: command(argv),
    },
    ...(git && { git: { remote_url: git.remote ?? null, branch: git.branch ?? null, commit: git.commit ?? null } }),
    swanlab,
  }
}

/** Dependencies of the nearest package.json, as `name@range` lines; absent when there is none. */
export function collectRequirements(cwd: string): string | undefined {
  for (let at = cwd; ; at = dirname(at)) {
    try {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text(join(at, 'package.json'))) as {
        dependencies?: Record<string, unknown>
        devDependencies?: Record<string, unknown>
      }
      const all = Object.entries({ ...devDependencies, ...dependencies }).toSorted(([a], [b]) => (a < b ? -1 : 1))
      return all.map(([name, range]) => `${name}@${installed(at, name) ?? maskText(String(range))}\n`).join('')
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}

/** In a workspace, dependencies may be installed further up. */
function installed(root: string, name: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    try {
      const { version } = JSON.parse(text(join(at, 'node_modules', name, 'package.json'))) as {
        version?: string
      }
      return version
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}

/** Empty: there is no such file. */
function text(path: string): string {
  return readIfRegular(path)?.toString('utf8') ?? ''
}
