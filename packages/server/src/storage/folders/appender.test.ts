import { mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Appender } from './appender.ts'

it('writes to many runs through few open files, and what comes together goes together', async () => {
  const root = mkdtempSync(join(tmpdir(), 'appender-'))
  const appender = new Appender()
  const names = Array.from({ length: 160 }, (_, at) => join(root, String(at)))
  for (const name of names) writeFileSync(name, '')
  for (let round = 0; round < 2; round++) await Promise.all(names.map((name) => appender.append(name, `${round}\n`)))
  if (process.platform === 'linux') await expect.poll(() => openFilesIn(root)).toBeLessThanOrEqual(128)
  await Promise.all(Array.from({ length: 1_000 }, (_, at) => appender.append(names[0]!, `${at};`)))
  const expected = `0\n1\n${Array.from({ length: 1_000 }, (_, at) => `${at};`).join('')}`
  expect(readFileSync(names[0]!, 'utf8')).toBe(expected)
  await appender.close()
  rmSync(root, { recursive: true })
})

it('what is appended to a file that was removed is refused, until the file is back', async () => {
  const root = mkdtempSync(join(tmpdir(), 'appender-'))
  const [path, aside] = [join(root, 'journal'), join(root, 'aside')]
  const appender = new Appender()
  writeFileSync(path, '')
  await appender.append(path, 'first\n')
  writeFileSync(aside, readFileSync(path))
  rmSync(path)
  await expect(appender.append(path, 'second\n')).rejects.toMatchObject({ status: 507 })
  await expect(appender.append(path, 'third\n')).rejects.toMatchObject({ code: 'ENOENT' })
  renameSync(aside, path)
  await appender.append(path, 'fourth\n')
  expect(readFileSync(path, 'utf8')).toBe('first\n\nfourth\n')
  await appender.close()
  rmSync(root, { recursive: true })
})

function openFilesIn(root: string): number {
  const files = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return files.filter((file) => file.startsWith(root)).length
}
