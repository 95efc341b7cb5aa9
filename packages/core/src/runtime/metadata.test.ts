import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryPaths } from '../../../journal/src/format/testing/folder.ts'
import { RunRedactor } from '../text/run-redactor.ts'
import { collectMetadata, collectRequirements } from './metadata.ts'

const newPath = temporaryPaths('project')

/** A folder with these files. */
function project(files: Record<string, unknown>): string {
  const dir = newPath()
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return dir
}

test('dependencies come with the versions that are installed, sorted', () => {
  const dir = project({
    'package.json': { dependencies: { zod: '^4.0.0', '@a/b': '~1.0.0' }, devDependencies: { vitest: '*', zod: '1' } },
    'node_modules/zod/package.json': { version: '4.6.7' },
    'src/deep/file.txt': '',
  })
  expect(collectRequirements(dir)).toBe('@a/b@~1.0.0\nvitest@*\nzod@4.6.7\n')
  expect(collectRequirements(join(dir, 'src/deep'))).toBe('@a/b@~1.0.0\nvitest@*\nzod@4.6.7\n')
})

test('in a workspace, they may be installed further up', () => {
  const dir = project({
    'package.json': {},
    'node_modules/zod/package.json': { version: '4.6.7' },
    'packages/a/package.json': { dependencies: { zod: '^4.0.0' } },
  })
  expect(collectRequirements(join(dir, 'packages/a'))).toBe('zod@4.6.7\n')
})

test('a token in the address of a dependency is not recorded', () => {
  const dir = project({ 'package.json': { dependencies: { cats: 'git+https://s3cr3t@host/cats.git' } } })
  expect(collectRequirements(dir)).toBe('cats@git+https://host/cats.git\n')
})

test('a package.json that cannot be read is passed over', () => {
  const dir = project({ 'package.json': { dependencies: { a: '1' } }, 'in/package.json': '{ "depend' })
  expect(collectRequirements(join(dir, 'in'))).toBe('a@1\n')
  expect(collectRequirements(project({ 'package.json': { dependencies: null } }))).toBe('')
})

test('metadata hold no secret', () => {
  const cwd = project({ 'package.json': {} })
  const argv = ['node', 'train.js', '--api-key=s3cr3t', 'hunter22-in-the-environment']
  const { command } = new RunRedactor({ env: { MY_TOKEN: 'hunter22-in-the-environment' }, report: () => {} })
  const metadata = collectMetadata({ argv, cwd, command }, { version: '1' })
  expect(metadata).toMatchObject({
    runtime: { command: 'node train.js --api-key=**** ****', cwd, pid: process.pid, node: process.version },
    swanlab: { version: '1' },
  })
  expect(JSON.stringify(metadata)).not.toMatch(/s3cr3t|hunter22/)
  expect(JSON.parse(JSON.stringify(metadata))).toEqual(metadata)
})
