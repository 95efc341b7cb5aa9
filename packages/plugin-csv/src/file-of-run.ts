import { createHash } from 'node:crypto'
import path from 'node:path'

/** The file beside `file` that belongs to one run: `<name><separator><id>.csv`. */
export function fileOfRun(file: string, separator: string, id: string): string {
  const { dir, name, ext } = path.parse(file)
  const safe = /^[\w-]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 21)
  return path.join(dir, `${name}${separator}${safe}${ext}`)
}
