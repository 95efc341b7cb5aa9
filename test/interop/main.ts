import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KINDS, tryClient } from './client.ts'
import { differences } from './compare.ts'
import { install, obstacle } from './python.ts'

// Whole runs of SwanLab's own clients, unmodified, against our server; and what they leave there beside what our own
// client leaves for the same script. INTEROP=short is what continuous integration runs: the last version of each series.

const SHORT = ['0.6.8', '0.7.20', '0.9.7', '0.10.3']
const VERSIONS =
  process.env['INTEROP'] === 'short'
    ? SHORT
    : ['0.6.8', '0.6.9', '0.7.5', '0.7.20', '0.8.5', '0.9.3', '0.9.7', '0.10.1', '0.10.3']
const AT_ONCE = 2
const HERE = fileURLToPath(new URL('.', import.meta.url))
const VENVS = process.env['SWANLAB_TEST_VENVS'] ?? join(tmpdir(), 'swanlab-interop')

const why = await obstacle()
if (why !== undefined) {
  console.log(`skipped: ${why}`)
  process.exit(0)
}

const work = mkdtempSync(join(tmpdir(), 'interop-'))
let failed = 0
let passed = 0
let skipped = 0

const training = ['--conditions=source', '--import', import.meta.resolve('tsx'), join(HERE, 'training.ts')]
const ours = await tryClient({ name: 'ts', script: [process.execPath, ...training] }, work, fail)
const waiting = [...VERSIONS]
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let version = waiting.shift(); version !== undefined; version = waiting.shift()) await tryVersion(version)
  }),
)

rmSync(work, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0

async function tryVersion(version: string): Promise<void> {
  let python: string
  try {
    python = await install(VENVS, version)
  } catch (error) {
    skipped += KINDS.length
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : []
    console.log(`skipped ${version}: it cannot be installed (${reason})`)
    return
  }
  const theirs = await tryClient({ name: version, script: [python, join(HERE, 'script.py')] }, work, fail)
  for (const [kind, stored] of theirs) {
    const found = differences(stored, ours.get(kind))
    if (found.length > 0) fail(`${version} ${kind}`, found.join('\n'))
    else {
      passed++
      console.log(`ok     ${version} ${kind}`)
    }
  }
}

function fail(what: string, reason: string): void {
  failed++
  console.log(`FAILED ${what}: ${reason}`)
}
