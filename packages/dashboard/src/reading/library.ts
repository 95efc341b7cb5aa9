import { watch, type FSWatcher } from 'node:fs'
import { DamagedBlock } from '../blocks/block.ts'
import { answer, queryMemory, type IndexedRun } from '../query/answer.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { ConsoleMatches, ConsolePage, MediaList, RunDetail } from '../protocol/runs.ts'
import type { SeriesQuery } from '../protocol/series.ts'
import type { BlockStore } from './block-store.ts'
import { consolePage, findLines } from './console-pages.ts'
import { ListRows, stampOf } from './list-rows.ts'
import { mediaList } from './media-list.ts'
import { RecentRows, type RowsSince } from './recent-rows.ts'
import { detailOf } from './run-detail.ts'
import { RunIndex } from './run-index.ts'

/** Bytes of a journal that are read before others have their turn: about 20 ms of work. */
const SLICE = 2 * 1024 * 1024
/** Milliseconds that a question waits for a run that nobody has asked for yet: a small one is answered whole. */
const PATIENCE = 60
/** Likewise for all runs of a chart together. */
const CHART_PATIENCE = 150
/** Runs that are kept open, whatever they hold: those that were asked for last. */
const KEPT_OPEN = 100
/** Further ones are, as long as all of them hold less than this in memory, in bytes of their journals. */
const MOST_HELD = 256 * 1024 * 1024

interface Opened {
  readonly index: RunIndex
  readonly recent: RecentRows
  watcher: FSWatcher | undefined
  /** There may be more to read. */
  unread: boolean
  /** Of the journal when it was last looked at. */
  stamp: string
  /** What `onGrown` was told last. */
  told: string
}

export interface LibraryOptions {
  /** Absent: nothing is kept between two times that a run is read. */
  readonly store?: BlockStore | undefined
  /** A run has been read further, or anew. @param end - All that is there has been read. */
  readonly onGrown?: ((dir: string, offset: number, end: boolean) => void) | undefined
  /** There is something to do: `work` is to be called. */
  readonly onWork?: (() => void) | undefined
}

/** All runs that somebody looks at, by the real path of their folders. What is asked is answered from what has been read. */
export class Library {
  readonly list: ListRows = new ListRows()
  readonly #opened = new Map<string, Opened>()
  readonly #options: LibraryOptions
  readonly #memory = queryMemory()

  constructor(options: LibraryOptions = {}) {
    this.#options = options
  }

  detail(dir: string): Omit<RunDetail, 'key'> {
    const detail = this.#ask(dir, detailOf)
    // How it ended stands at the end, which may not have been read yet.
    return detail.indexed === 1 && detail.state !== 'lost' ? detail : { ...detail, ...this.list.row(dir) }
  }

  console(dir: string, from: number, count: number): Generator<undefined, ConsolePage> {
    return consolePage(this.#open(dir).index, from, count)
  }

  find(dir: string, text: string, after: number): Generator<undefined, ConsoleMatches> {
    return findLines(this.#open(dir).index, text, after)
  }

  media(dir: string, key: string, from: number): MediaList {
    return this.#ask(dir, (index) => mediaList(index, key, from))
  }

  /** One frame. @param dirs - Folder of each run of the query. */
  series(query: SeriesQuery, dirs: ReadonlyMap<string, string>): Uint8Array {
    const again = new Set<string>()
    const until = performance.now() + CHART_PATIENCE
    for (;;) {
      let asked = ''
      try {
        const runOf = (key: string): IndexedRun | undefined => {
          const dir = dirs.get(key)
          if (dir === undefined) return undefined
          asked = dir
          const index = this.#indexOf(dir, until, dirs.size === 1)
          if (!index) return undefined
          const { blocks, facts, progress, offset } = index
          return { blocks, startTime: facts.run?.startTime ?? 0, indexed: progress, offset }
        }
        return answer(query, runOf, this.#memory)
      } catch (error) {
        // A file of one of the runs has been damaged; which one shows when they are asked one by one.
        if (!(error instanceof DamagedBlock) || again.has(asked)) throw error
        for (const dir of dirs.values()) {
          again.add(dir)
          this.#discard(dir, error)
        }
      }
    }
  }

  /** What was logged since a place in the journal. */
  since(dir: string, offset: number): RowsSince {
    const { recent, index } = this.#open(dir)
    return recent.since(offset, index.offset, index.toldFrom, (at) => index.beginsLine(at))
  }

  /** Looks whether anything has been added to the runs that are open, and closes those that need not be. */
  poll(): void {
    this.#closeOldest()
    for (const [dir, opened] of this.#opened) {
      const stamp = stampOf(dir)
      if (stamp !== opened.stamp) this.#wake(opened)
      opened.stamp = stamp
    }
  }

  /** Reads on in one run. @returns whether there is more to do. */
  work(): boolean {
    // The one that was asked for last is at the end.
    const next = [...this.#opened].findLast(([, { unread }]) => unread)
    if (!next) return false
    try {
      this.#advance(...next)
    } catch {
      // It cannot be read any longer: whoever asks for it is told why.
    }
    return [...this.#opened.values()].some(({ unread }) => unread)
  }

  close(): void {
    for (const dir of this.#opened.keys()) this.#close(dir)
  }

  #ask<T>(dir: string, question: (index: RunIndex) => T): T {
    const { index } = this.#open(dir)
    try {
      return question(index)
    } catch (error) {
      this.#discard(dir, error)
      return question(this.#open(dir).index)
    }
  }

  /** @throws `error` when it is not that what was kept of a run is damaged: that is read again from its journal. */
  #discard(dir: string, error: unknown): void {
    const opened = this.#opened.get(dir)
    if (!opened || !(error instanceof DamagedBlock)) throw error
    opened.index.discardStored()
    opened.recent.clear()
    this.#wake(opened)
  }

  /** @param isOnly - Whether nothing else is to be shown: then whoever asks is told why that cannot be. */
  #indexOf(dir: string, until: number, isOnly: boolean): RunIndex | undefined {
    try {
      return this.#open(dir, until).index
    } catch (error) {
      if (isOnly) throw error
      return undefined
    }
  }

  /** @param until - When whoever asks gets what there is by then, in milliseconds of `performance.now()`. */
  #open(dir: string, until: number = Infinity): Opened {
    let opened = this.#opened.get(dir)
    if (opened) this.#opened.delete(dir)
    else
      opened = {
        index: new RunIndex(dir, this.#options.store),
        recent: new RecentRows(),
        watcher: undefined,
        unread: true,
        stamp: '',
        told: '',
      }
    // It was asked for last.
    this.#opened.set(dir, opened)
    opened.watcher ??= this.#watch(dir, opened)
    const end = Math.min(until, performance.now() + PATIENCE)
    if (opened.index.offset === 0) while (opened.unread && performance.now() < end) this.#advance(dir, opened)
    if (opened.unread) this.#options.onWork?.()
    return opened
  }

  /** Not while a question is answered: it may be about all of them. */
  #closeOldest(): void {
    let held = [...this.#opened.values()].reduce((sum, { index }) => sum + index.held, 0)
    for (const [dir, { index }] of this.#opened) {
      if (this.#opened.size <= KEPT_OPEN || (this.#opened.size <= LIMITS.seriesOfAnswer && held <= MOST_HELD)) return
      held -= index.held
      this.#close(dir)
    }
  }

  #advance(dir: string, opened: Opened): void {
    const { index, recent } = opened
    let state: 'more' | 'end' | 'replaced'
    try {
      state = index.advance(SLICE, (row, to) => recent.add(row, to))
    } catch (error) {
      this.#close(dir)
      throw error
    }
    if (state === 'replaced') recent.clear()
    opened.unread = state !== 'end'
    const told = `${index.offset} ${state}`
    if (told !== opened.told) this.#options.onGrown?.(dir, index.offset, state === 'end')
    opened.told = told
  }

  /** Network disks send no notices: whoever asks also calls `poll`. */
  #watch(dir: string, opened: Opened): FSWatcher | undefined {
    try {
      const watcher = watch(dir, { persistent: false }, () => this.#wake(opened))
      watcher.on('error', () => watcher.close())
      return watcher
    } catch {
      return undefined
    }
  }

  #wake(opened: Opened): void {
    opened.unread = true
    this.#options.onWork?.()
  }

  #close(dir: string): void {
    const opened = this.#opened.get(dir)
    if (!opened) return
    this.#opened.delete(dir)
    opened.watcher?.close()
    opened.index.close()
  }
}
