import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []

afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true })
})

/** A new empty folder, for as long as the tests of a file run. */
export function folder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'swanlab-csv-'))
  made.push(dir)
  return dir
}
