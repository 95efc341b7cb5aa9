import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL_FILE, JournalCursor } from '@swanlab/journal'
import { checkAccounts } from './accounts.ts'
import { USERS_FILE } from './accounts-file.ts'
import { Appender } from './appender.ts'
import { damageOf, type Damage } from './damage.ts'
import { findProjects, PROJECT_FILE } from './project-files.ts'
import { PROJECTS } from './projects.ts'
import { cuidIn } from './run-folder.ts'
import { RunJournal } from './run-journal.ts'
import { isRunFolder, sameRun } from './runs.ts'
import { checkSecret } from './secret.ts'

const REMEDY = 'make it readable'

/** What came of looking at a data folder. */
export interface FolderReport {
  readonly projects: number
  readonly runs: number
  /** What the server cannot use, each with what can be done. */
  readonly damages: readonly Damage[]
  /** What is used all the same, such as a journal with lines that hold no record. */
  readonly notes: readonly Damage[]
}

/**
 * Looks at everything that a server would read, and at every line of its journals. Writes nothing; a server may be running.
 *
 * @throws the file system's own error when the folder itself cannot be read.
 */
export async function checkFolder(root: string): Promise<FolderReport> {
  const damages: Damage[] = []
  const notes: Damage[] = []
  const counts = { projects: 0, runs: 0 }
  const caught = async (path: string, look: () => Promise<unknown>): Promise<void> => {
    await look().catch((error: unknown) => damages.push(damageOf(error, path, REMEDY)))
  }
  await stat(root)
  await caught(join(root, USERS_FILE), () => checkAccounts(root))
  await caught(root, () => checkSecret(root))
  const known = new Map<string, string>()
  for await (const found of findProjects(join(root, PROJECTS))) {
    if ('deleted' in found) continue
    counts.projects++
    if ('damage' in found) {
      damages.push(found.damage)
      continue
    }
    if (found.lost)
      damages.push({
        path: join(found.dir, PROJECT_FILE),
        problem: 'is gone',
        remedy: 'restore it from a backup, or start the server: the project is made anew, private and with another id',
      })
    for (const name of (await readdir(found.dir)).filter(isRunFolder)) {
      counts.runs++
      const dir = join(found.dir, name)
      await caught(dir, async () => {
        notes.push(...(await checkRun(dir)))
        const cuid = cuidIn(name)
        const other = cuid && known.get(cuid)
        if (other) throw sameRun(dir, other)
        if (cuid) known.set(cuid, dir)
      })
    }
  }
  return { ...counts, damages, notes }
}

/** @throws DamageError */
async function checkRun(dir: string): Promise<Damage[]> {
  await new RunJournal(dir, new Appender()).beginning()
  const path = join(dir, JOURNAL_FILE)
  const cursor = new JournalCursor(path)
  try {
    // A last line that is not whole is mended by the next server, or being written by this one.
    for (const _record of cursor.read());
    const { dropped } = cursor.damage
    if (dropped === 0) return []
    const what = dropped === 1 ? 'has 1 line that holds' : `has ${dropped} lines that hold`
    return [
      {
        path,
        problem: `${what} no record`,
        remedy: 'it is left out, and the rest is read; a server that was killed leaves such a line',
      },
    ]
  } finally {
    cursor.close()
  }
}
