import { appendFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord } from '@swanlab/journal'
import { expect, onTestFinished, test } from 'vitest'
import { blockMemory } from '../blocks/cached-block.ts'
import { FINISH, HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, writeRun } from '../testing/watched.ts'
import { BlockStore } from './block-store.ts'
import { Library } from './library.ts'
import { Reader } from './reader.ts'

const QUERY = { id: 'q', runs: ['a'], key: 'train/loss', x: { kind: 'step' }, width: 1_000 } as const

test('two that read the same run at once, with one cache, get the same, and leave nothing that is not whole', async () => {
  const folder = temporaryFolder()
  const dir = writeRun(folder, 'run-a', encodeRecord(HEADER) + rows(70_000))
  const journal = join(dir, 'journal.jsonl')
  const cacheFolder = join(folder, 'cache')
  const readers = [new Reader({ cacheFolder }), new Reader({ cacheFolder })]
  onTestFinished(() => Promise.all(readers.map((reader) => reader.close())).then(() => {}))
  const readAll = async (): Promise<Buffer[]> => {
    const { size } = statSync(journal)
    return Promise.all(
      readers.map(async (reader) => {
        await expect.poll(async () => (await reader.ask('detail', { dir })).offset).toBe(size)
        return Buffer.from(await reader.ask('series', { query: QUERY, dirs: [['a', dir]] }))
      }),
    )
  }
  const inOneGo = (store?: BlockStore): Buffer => {
    const library = new Library({ store })
    library.detail(dir)
    while (library.work());
    const answer = Buffer.from(library.series(QUERY, new Map([['a', dir]])))
    library.close()
    return answer
  }
  for (const more of ['', rows(70_000, 70_000) + encodeRecord(FINISH)]) {
    appendFileSync(journal, more)
    const right = inOneGo()
    for (const answer of await readAll()) expect(answer.equals(right)).toBe(true)
  }
  await Promise.all(readers.map((reader) => reader.close()))
  expect(inOneGo(new BlockStore(cacheFolder, blockMemory())).equals(inOneGo())).toBe(true)
  const files = readdirSync(cacheFolder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('/'))
  expect(files.map((name) => name.split('/')[1]).toSorted()).toEqual(['000000.block', '000001.block', '000002.block'])
  expect(readdirSync(dir)).toEqual(['journal.jsonl'])
})
