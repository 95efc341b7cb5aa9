import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { JOURNAL_FILE, JournalReader } from '@swanlab/journal'

/** What a client left on the server, without what differs from one run to the next: ids, times, machine. */
export interface Stored {
  readonly name: string
  readonly description: string | undefined
  readonly state: string | undefined
  readonly config: unknown
  /** `key@step` and value. */
  readonly scalars: Record<string, number | string>
  readonly columns: Record<string, string>
  /** Content and captions by `key@step`. */
  readonly media: Record<string, { content: string[]; captions: unknown[] }>
  readonly hello: boolean
  /** Text of the error, stack included. */
  readonly error: string | undefined
}

/** Reads a run as any tool of this project would: from its journal. */
export function storedIn(dir: string): Stored {
  let name = ''
  let description: string | undefined
  let state: string | undefined
  let config: unknown
  let hello = false
  let error: string | undefined
  const scalars: Stored['scalars'] = {}
  const columns: Stored['columns'] = {}
  const media: Stored['media'] = {}
  for (const record of new JournalReader(join(dir, JOURNAL_FILE))) {
    switch (record.type) {
      case 'header':
        name = record.run.experimentName
        description = record.run.description
        break
      case 'resume':
        state = undefined
        break
      case 'finish':
        state = record.state
        break
      case 'config':
        config = record.config
        break
      case 'log':
        for (const [key, value] of Object.entries(record.data))
          // Infinities lose their sign, or more, on their way from Python.
          if (!key.startsWith('__swanlab__.'))
            scalars[`${key}@${record.step}`] = Number.isFinite(value) ? value : 'not finite'
        break
      case 'column':
        if (!record.key.startsWith('__swanlab__.')) columns[record.key] = record.kind
        break
      case 'media':
        media[`${record.key}@${record.step}`] = {
          content: record.data.map((item) => contentOf(dir, item)),
          captions: (record.more ?? []).flatMap((one) => (one ? [one['caption']] : [])),
        }
        break
      case 'console':
        hello ||= record.text.includes('hello from the script')
        if (record.level === 'error') error = record.text
        break
      default:
    }
  }
  return { name, description, state, config, scalars, columns, media, hello, error }
}

/** The id by which a client resumes the run in this folder. */
export function idOf(dir: string): string {
  for (const record of new JournalReader(join(dir, JOURNAL_FILE))) if (record.type === 'header') return record.run.id
  throw new Error(`no run begins in ${dir}`)
}

/** The newest run in a folder. */
export function newestRun(folder: string): string {
  const names = readdirSync(folder).filter((one) => one.startsWith('run-'))
  const newest = names.toSorted().at(-1)
  if (newest === undefined) throw new Error('nothing arrived')
  return join(folder, newest)
}

/** Each client packs pixels in its own way, so pictures are compared by these; and old clients send texts as they are. */
function contentOf(dir: string, item: string): string {
  const path = join(dir, item)
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.from(item)
  if (!item.endsWith('.png')) return bytes.toString()
  const { width, height, data } = PNG.sync.read(bytes)
  return `${width} x ${height}: ${data.toString('hex')}`
}
