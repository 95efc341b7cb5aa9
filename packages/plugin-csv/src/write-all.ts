import { writeSync } from 'node:fs'

/** Writes all of it, which one `write` need not do. @returns the number of bytes. */
export function writeAll(fd: number, data: string | Uint8Array, position: number | null = null): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done)
  return bytes.length
}
