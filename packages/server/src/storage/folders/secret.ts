import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unreadable } from './damage.ts'
import { isMissing, writeWhole } from './json-file.ts'

const FILE = 'secret'
const LENGTH = 32
const REMEDY = 'make it readable, or remove it: addresses of objects that clients hold are worthless then'

/** What the server of a folder signs with; made when there is none. @throws DamageError; the file system's own error. */
export async function secretIn(root: string): Promise<Buffer> {
  const known = await checkSecret(root)
  if (known && known.length >= LENGTH) return known
  const secret = randomBytes(LENGTH)
  await writeWhole(join(root, FILE), secret)
  return secret
}

/** @returns what is there. @throws DamageError when it cannot be read: a new one would make every address that clients hold worthless. */
export async function checkSecret(root: string): Promise<Buffer | undefined> {
  const path = join(root, FILE)
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unreadable(path, REMEDY, error)
  }
}
