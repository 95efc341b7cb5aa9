import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { JOURNAL_FILE, JournalReader } from '@swanlab/journal'
import { smtpServer } from '@swanlab/core/testing'
import { createServer } from '@swanlab/server'
import { afterEach, beforeEach, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('only-plugins.ts', import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'only-plugins-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the core and nothing but callbacks: recorded, uploaded, mailed and exported', async () => {
  await using mail = await smtpServer()
  const server = await createServer({ dataDir: join(folder, 'data'), port: 0 })
  try {
    await server.storage.createUser('alice')
    const logdir = join(folder, 'runs')
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--import', TSX, PROGRAM], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        SWANLAB_API_KEY: await server.storage.createKey('alice'),
        SWANLAB_API_HOST: server.url,
        SMTP_PORT: String(mail.port),
        LOGDIR: logdir,
      },
    })
    const run = /^finished after 100 steps: (\S+)$/m.exec(stdout)?.[1] ?? 'none'
    const records = [...new JournalReader(join(run, JOURNAL_FILE))]
    expect(records.filter(({ type }) => type === 'log')).toHaveLength(100)
    expect(records.at(-1)).toMatchObject({ type: 'finish', state: 'finished' })

    const [project] = server.storage.projects('alice')
    const [stored] = server.storage.runs(project!)
    expect(stored).toMatchObject({ state: 'FINISHED' })
    const losses = (await server.storage.scalars(stored!.cuid, new Set(['loss']))).get('loss')!
    expect([...losses].map(({ data }) => data)).toEqual(Array.from({ length: 100 }, (_, step) => 1 / (step + 1)))

    expect(mail.mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1])).toEqual([
      expect.stringContaining('finished'),
    ])
    const [file = ''] = readdirSync(logdir).filter((name) => name.endsWith('.csv'))
    expect(readFileSync(join(logdir, file), 'utf8')).toContain('only-plugins')
  } finally {
    await server.close()
  }
})
