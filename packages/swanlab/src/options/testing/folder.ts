import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { SwanLabError } from '@swanlab/core'
import { resolveOptions } from './resolve.ts'

/** A working directory called `cats-detection`, and options settled in it. */
export interface Folder {
  readonly path: string
  settle(input?: unknown, env?: Record<string, string | undefined>): ReturnType<typeof resolveOptions>
  /** What the refusal says, with paths relative to the directory. */
  messageOf(input: unknown, env?: Record<string, string>): Promise<string>
  /** Writes a file and gives its name. */
  file(name: string, content: unknown): Promise<string>
}

/** The directory lives as long as the test file that asks for it. */
export function useFolder(): Folder {
  let cwd = ''

  beforeAll(async () => {
    cwd = join(await mkdtemp(join(tmpdir(), 'swanlab-options-')), 'cats-detection')
    await mkdir(cwd)
  })

  afterAll(() => rm(join(cwd, '..'), { recursive: true }))

  return {
    get path() {
      return cwd
    },
    settle: (input, env = {}) => resolveOptions(input, { env, cwd }),
    async messageOf(input, env = {}) {
      const outcome = await resolveOptions(input, { env, cwd }).catch((error: unknown) => error)
      if (!(outcome instanceof SwanLabError)) throw new Error('it was accepted', { cause: outcome })
      return outcome.message.replaceAll(cwd, '')
    },
    async file(name, content) {
      await writeFile(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
      return name
    },
  }
}
