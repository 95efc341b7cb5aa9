import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JournalReader, type JournalRecord } from '@swanlab/journal'
import { FolderStorage } from '../storage/folders/folder-storage.ts'
import { order } from './storage-suite.ts'

/** A storage with one run in it. */
export async function oneRun(): Promise<{ root: string; storage: FolderStorage; cuid: string; dir: string }> {
  const root = mkdtempSync(join(tmpdir(), 'folder-'))
  const storage = await FolderStorage.open(root)
  const project = await storage.createProject('alice', 'cats', 'PRIVATE')
  const { cuid } = (await storage.createRun(project, order)).run
  const home = join(root, 'projects', 'alice', 'cats')
  const dir = join(
    home,
    readdirSync(home).find((name) => name.endsWith(cuid))!,
  )
  return { root, storage, cuid, dir }
}

export function recordsIn(dir: string): JournalRecord[] {
  const reader = new JournalReader(join(dir, 'journal.jsonl'))
  return [...reader]
}
