import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '@swanlab/core'
import { conforms, type KeptRecord, type RunStorage } from '@swanlab/core/testing'
import { it } from 'vitest'
import { places } from '../testing.ts'
import { JournalReader } from '../format/reader.ts'
import { JOURNAL_FILE } from '../format/records.ts'
import { journal } from './journal-callback.ts'

/** In its last moments a run is asked for after it has gone. */
function folderOf(logdir: string, { id }: Pick<Run, 'id'>): string {
  return join(
    logdir,
    readdirSync(logdir).find((name) => name.startsWith('run-') && name.endsWith(id))!,
  )
}

const storage: RunStorage = {
  records: (folder, run) =>
    [...new JournalReader(join(folderOf(folder, run), JOURNAL_FILE))].map((record): KeptRecord =>
      record.type === 'header' ? { ...record, type: 'config', config: record.run.config } : { ...record },
    ),
  media: (folder, run, path) => readFileSync(join(folderOf(folder, run), path)),
  breakMedia: (folder, run) => writeFileSync(join(folderOf(folder, run), 'media'), ''),
}

for (const { title, check } of conforms((logdir) => journal({ logdir }), { storage, places })) it(title, check)
