import { describe, expect, it } from 'vitest'
import { LATER } from '../errors.ts'
import { ReadQueue } from './read-queue.ts'
import { Abandoned, SliceScheduler, Memory, Work } from './work.ts'

const MIB = 1024 * 1024
const here = (): AbortSignal => new AbortController().signal

/** Reads that go on until the test ends them. */
function reads(queue: ReadQueue) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const read = (user: string, name = user, signal = here()): Promise<string> =>
    queue.run(user, signal, async () => {
      begun.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    })
  /** Lets everything that can begin do so. */
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, ends, read, settle }
}

describe('the queue of reads', () => {
  it('works at one read of a user at a time, and lets another user pass the rest', async () => {
    const { begun, ends, read, settle } = reads(new ReadQueue(MIB))
    const all = [read('mallory', 'm1'), read('mallory', 'm2'), read('mallory', 'm3'), read('alice')]
    await settle()
    expect(begun).toEqual(['m1', 'alice'])
    for (let at = 0; at < 4; at++) {
      ends[at]!()
      await settle()
    }
    expect(begun).toEqual(['m1', 'alice', 'm2', 'm3'])
    expect(await Promise.all(all)).toEqual(['m1', 'm2', 'm3', 'alice'])
  })

  it('works for four users at a time, and the others take turns', async () => {
    const { begun, ends, read, settle } = reads(new ReadQueue(MIB))
    const users = ['a', 'b', 'c', 'd', 'e', 'e', 'f']
    const all = users.map((user, at) => read(user, `${user}${at}`))
    await settle()
    expect(begun).toHaveLength(4)
    for (let at = 0; at < users.length; at++) {
      ends[at]!()
      await settle()
    }
    expect(begun.slice(4)).toEqual(['e4', 'f6', 'e5'])
    await Promise.all(all)
  })

  it('says "later" when a user has 64 reads waiting, and not to others', async () => {
    const { ends, read, settle } = reads(new ReadQueue(MIB))
    const all = Array.from({ length: 65 }, () => read('mallory'))
    await expect(read('mallory')).rejects.toMatchObject({ status: LATER })
    const other = read('alice')
    await settle()
    for (let at = 0; at < 66; at++) {
      ends[at]!()
      await settle()
    }
    await Promise.all([...all, other])
  })

  it('forgets a read whose client has gone, waiting or not', async () => {
    const { begun, ends, read, settle } = reads(new ReadQueue(MIB))
    const gone = new AbortController()
    const first = read('alice', 'first')
    const second = read('alice', 'second', gone.signal)
    await settle()
    gone.abort()
    await expect(second).rejects.toThrow(Abandoned)
    ends[0]!()
    await first
    await expect(read('alice', 'third', gone.signal)).rejects.toThrow(Abandoned)
    expect(begun).toEqual(['first'])
  })

  it('goes on with the next when one fails, and has its memory back', async () => {
    const queue = new ReadQueue(4 * MIB)
    const hold = (bytes: number): Promise<void> => queue.run('alice', here(), async (work) => work.hold(bytes))
    await expect(hold(2 * MIB)).rejects.toMatchObject({ status: 400 })
    await expect(
      queue.run('alice', here(), async (work) => {
        work.hold(MIB)
        throw new Error('failed')
      }),
    ).rejects.toThrow('failed')
    await hold(MIB)
  })
})

describe('work', () => {
  it('has a slice of each turn of the event loop, whoever does it', async () => {
    let now = 0
    const scheduler = new SliceScheduler()
    const done: string[] = []
    const work = async (name: string): Promise<void> => {
      const mine = new Work({ scheduler, now: () => now })
      for (let part = 0; part < 3; part++) {
        now += 5
        expect(mine.due).toBe(true)
        await mine.pause()
        done.push(name)
      }
    }
    const all = Promise.all([work('a'), work('b')])
    while (done.filter((name) => name !== '|').length < 6) {
      await new Promise((resolve) => setImmediate(resolve))
      done.push('|')
    }
    await all
    expect(done.join('')).toMatch(/^\|*a\|+b\|+a\|+b\|+a\|+b\|*$/)
  })

  it('that takes longer than a minute is refused', async () => {
    let now = 0
    const work = new Work({ now: () => now })
    now = 60_001
    await expect(work.pause()).rejects.toMatchObject({ status: 400, message: expect.stringContaining('ask for less') })
  })

  it('of one user has half of the memory; memory that others hold is answered 507', () => {
    const memory = new Memory(100)
    const of = (user: string): Work => new Work({ memory, user })
    expect(() => of('a').hold(51)).toThrow('ask for less')
    const [first, second] = [of('a'), of('a')]
    first.hold(40)
    expect(() => second.hold(11)).toThrow('too much is being read')
    of('b').hold(50)
    expect(() => of('c').hold(11)).toThrow('too much is being read')
    first.release(5)
    second.hold(45)
    first.release()
    second.hold(5)
  })
})
