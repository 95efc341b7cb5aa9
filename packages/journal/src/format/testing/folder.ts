import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Makes a folder for the files of one test file, which is removed after the last test. @returns paths inside it. */
export function temporaryFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'swanlab-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name) => join(folder, name)
}

/** Makes new paths in a folder of its own. */
export function temporaryPaths(name: string): () => string {
  const at = temporaryFolder()
  let count = 0
  return () => at(`${count++}-${name}`)
}
