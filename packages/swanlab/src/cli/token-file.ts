import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { SwanLabError } from '@swanlab/core'

const TOKEN = /^[\x21-\x7e]{16,512}$/

/** The token in a file, which is made with a new one when it is not there. @throws SwanLabError `INVALID_FILE` */
export function tokenIn(path: string): string {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (!entry) return make(path)
  if (!entry.isFile()) throw new SwanLabError('INVALID_FILE', `${path} is no file that could hold a token.`)
  if (process.platform !== 'win32' && (entry.mode & 0o077) !== 0)
    throw new SwanLabError('INVALID_FILE', `${path} can be read by others: chmod 600 ${path}`)
  const token = readFileSync(path, 'utf8').trim()
  if (TOKEN.test(token)) return token
  throw new SwanLabError(
    'INVALID_FILE',
    `${path} holds no token: that is one line of 16 to 512 letters, digits and signs, without spaces.`,
  )
}

function make(path: string): string {
  const token = randomBytes(16).toString('base64url')
  writeFileSync(path, `${token}\n`, { flag: 'wx', mode: 0o600 })
  return token
}
