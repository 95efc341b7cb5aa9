import { mkdtempSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OpenFiles } from './open-files.ts'

test('those that were read last are open, and no more than that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = new OpenFiles(2)
  const readers = ['a', 'b', 'c'].map((name) => ({ name, path: join(folder, name) }))
  for (const { name, path } of readers) writeFileSync(path, name)
  for (const turn of [0, 1, 2, 0, 2, 1]) {
    const reader = readers[turn]!
    const content = Buffer.alloc(1)
    readSync(files.use(reader, reader.path), content, 0, 1, 0)
    expect(content.toString()).toBe(reader.name)
    expect(files.count).toBeLessThanOrEqual(2)
  }
  // The one that was read last is still the same.
  const [, b] = readers
  expect(files.use(b!, b!.path)).toBe(files.use(b!, b!.path))
  for (const reader of [...readers, ...readers]) files.close(reader)
  expect(files.count).toBe(0)
})
