import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Locks that the kernel keeps on open files, and lets go of when the file is closed, however its process ends. */
export interface KernelLocks {
  /**
   * Never waits. The lock belongs to what was opened, so that two descriptors exclude each other within one process, too.
   *
   * @returns false when somebody holds a lock that excludes this one.
   * @throws the system's own error.
   */
  tryLock(fd: number, how: 'exclusive' | 'shared'): boolean
}

interface Binding {
  tryLock(fd: number, offset: number, length: number, exclusive: boolean): void
}

/** The one byte that is locked. Windows forbids others to read what is locked, so it is far behind what is written. */
const OFFSET = 0x4000_0000
/** How systems say that somebody else has it. */
const BUSY: ReadonlySet<unknown> = new Set(['EAGAIN', 'EACCES', 'EBUSY'])
/** How they say that this file system, or this kernel, cannot. */
const UNSUPPORTED: ReadonlySet<unknown> = new Set(['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EISDIR'])

let loaded: KernelLocks | string | undefined

/** @returns the reason, in words, where they cannot be had. */
export function kernelLocks(): KernelLocks | string {
  return (loaded ??= load())
}

/** The code with which a file system says that it keeps no locks; absent for every other error. */
export function unsupported(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException
  return UNSUPPORTED.has(code) ? code : undefined
}

function load(): KernelLocks | string {
  if (isMusl()) return 'the native module for them is built for glibc, and this Node.js for musl'
  try {
    // Its own way to find the file takes fifteen milliseconds.
    const file = `fs-native-extensions/prebuilds/${process.platform}-${process.arch}/fs-native-extensions.node`
    const binding = createRequire(import.meta.url)(file) as Binding
    return { tryLock: (fd, how) => tryLock(binding, fd, how) }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return `the native module for them cannot be loaded here (${code})`
  }
}

/** What was built for glibc is not tried there: nothing says that it would merely fail. */
function isMusl(): boolean {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  if (process.platform !== 'linux' || !existsSync(`/lib/ld-musl-${machine}.so.1`)) return false
  try {
    return readFileSync('/proc/self/maps', 'latin1').includes('/ld-musl-')
  } catch {
    return false
  }
}

function tryLock(binding: Binding, fd: number, how: 'exclusive' | 'shared'): boolean {
  try {
    binding.tryLock(fd, OFFSET, 1, how === 'exclusive')
    return true
  } catch (error) {
    if (BUSY.has((error as NodeJS.ErrnoException).code)) return false
    throw error
  }
}
