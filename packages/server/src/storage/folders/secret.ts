import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from './json-file.ts'

const FILE = 'secret'
const LENGTH = 32

/** What the server of a folder signs with; made when there is none. @throws the file system's own error. */
export async function secretIn(root: string): Promise<Buffer> {
  const path = join(root, FILE)
  const known = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    // Any other error passes, and a new secret would make every address that clients hold worthless.
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (known && known.length >= LENGTH) return known
  const secret = randomBytes(LENGTH)
  await writeWhole(path, secret, 0o600)
  return secret
}
