import { basename } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import { blockMemory } from '../blocks/cached-block.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { RunDetail } from '../protocol/runs.ts'
import { BlockStore, cacheFolder } from '../reading/block-store.ts'
import { Library } from '../reading/library.ts'
import { bucketsFor, MOST_CHARTS, savedFile, savedRun, toBase64 } from './saved-view.ts'
import { viewerTemplate } from './viewer.ts'

/** Pieces of reading that are done before others have their turn. */
const TURN = 8

export interface HtmlOptions {
  /** False: what was read of journals is not kept for the next time. Default: true. */
  readonly cache?: boolean | undefined
  /** Default: now. */
  readonly savedAt?: number | undefined
}

/**
 * All charts of runs, and how each of them ended, as one HTML file that opens from disk.
 *
 * @param dirs - Run folders, at most 50.
 * @throws SwanLabError `INVALID_FILE` when one of them cannot be read, `INVALID_OPTION` when there are too many.
 */
export async function runsAsHtml(dirs: readonly string[], options: HtmlOptions = {}): Promise<string> {
  const { cache = true, savedAt = Date.now() } = options
  if (dirs.length > LIMITS.linesOfChart)
    throw new SwanLabError(
      'INVALID_OPTION',
      `A page holds at most ${LIMITS.linesOfChart} runs, not ${dirs.length}: name fewer, or take --csv.`,
    )
  const template = viewerTemplate()
  const library = new Library({ store: cache ? new BlockStore(cacheFolder(), blockMemory()) : undefined })
  try {
    const runs: { readonly key: string; readonly dir: string; readonly detail: RunDetail }[] = []
    for (const [at, dir] of dirs.entries())
      runs.push({ key: `run-${at + 1}`, dir, detail: { ...(await readWhole(library, dir)), key: `run-${at + 1}` } })
    const all = [...new Set(runs.flatMap(({ detail }) => scalarsOf(detail)))]
    const keys = all.slice(0, MOST_CHARTS)
    const buckets = bucketsFor(keys.length, runs.length, false)
    const folders = new Map(runs.map(({ key, dir }) => [key, dir]))
    const frames = keys.map((key, at) =>
      toBase64(
        library.series(
          { id: String(at), key, runs: [...folders.keys()], x: { kind: 'step' }, width: buckets },
          folders,
        ),
      ),
    )
    const byAge = runs.toSorted((a, b) => a.detail.startTime - b.detail.startTime)
    return savedFile(template, {
      savedAt,
      query: `?runs=${[...folders.keys()].join(',')}`,
      runs: runs.map((run) => savedRun(run.detail, { key: run.key, place: byAge.indexOf(run), keys })),
      ...{ keys, frames, buckets, left: all.length - keys.length },
    })
  } finally {
    library.close()
  }
}

function scalarsOf({ columns }: RunDetail): string[] {
  return columns.flatMap(({ key, kind }) => (kind === 'scalar' ? key : []))
}

async function readWhole(library: Library, dir: string): Promise<Omit<RunDetail, 'key'>> {
  for (;;) {
    const detail = library.detail(dir)
    if (detail.state === 'unreadable')
      throw new SwanLabError('INVALID_FILE', `${basename(dir)} cannot be read: ${detail.problem ?? 'it is damaged'}`)
    if ((detail.indexed ?? 1) >= 1) return detail
    let more = true
    for (let turn = 0; turn < TURN && more; turn++) more = library.work()
    // One that is still being written grows while it is read: what was there is enough.
    if (!more) return library.detail(dir)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
