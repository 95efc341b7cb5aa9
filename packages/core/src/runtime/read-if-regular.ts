import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'

// Windows does not know it.
const { O_NONBLOCK = 0 } = constants as Partial<typeof constants>

/**
 * Reads a file of the surroundings, such as a package.json, wherever links lead; but never waits for one, and takes only
 * regular files of a moderate size. Absent: there is none that can be read.
 *
 * @param max - In bytes. Default: 1 MiB.
 * @param accept - Asked of what was opened. Default: anything is taken.
 */
export function readIfRegular(
  path: string,
  max: number = 1_048_576,
  accept: (stat: Stats) => boolean = () => true,
): Buffer | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | O_NONBLOCK)
    const stat = fstatSync(fd)
    return stat.isFile() && stat.size <= max && accept(stat) ? readFileSync(fd) : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
