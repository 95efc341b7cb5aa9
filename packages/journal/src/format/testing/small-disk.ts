import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs'
import { afterAll } from 'vitest'
import { temporaryFolder } from './folder.ts'

/** A disk that can be filled. */
export interface SmallDisk {
  readonly path: string
  /** Leaves less than a page. @returns the file that takes the room. */
  fill(): string
  /** Lets nobody write, or everybody again. */
  lock(locked: boolean): void
}

/** A real disk of 64 KiB for one test file; absent without the right to mount one. */
export function smallDisk(): SmallDisk | undefined {
  const path = temporaryFolder()('disk')
  try {
    mkdirSync(path)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  afterAll(() => {
    execFileSync('umount', [path])
  })
  return {
    path,
    fill: () => {
      const ballast = `${path}/ballast`
      const { bavail, bsize } = statfsSync(path)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
      return ballast
    },
    lock: (locked) => {
      execFileSync('mount', ['-o', `remount,${locked ? 'ro' : 'rw'}`, path])
    },
  }
}
