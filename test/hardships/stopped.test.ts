import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { journalIn, useTestFolder } from './hardship.ts'
import { stop, until } from '../background/start.ts'
import { trackerProcessesIn } from '../orphans.ts'

/** How long nothing happens, in milliseconds: several looks at the journal and at the heap. */
const STILL = 1_500
const place = useTestFolder()

describe.runIf(process.platform === 'linux')('a training that is stopped for a while', () => {
  test('is not taken for dead, neither by its background process nor by other runs, and goes on', async () => {
    const { logdir, start } = place()
    const training = await start({ how: 'being stopped' })
    await until('it trains', () => training.acknowledged() > 10)
    await stop(training.child)
    const rows = training.acknowledged()
    // An init in the same logdir looks for runs that nobody takes care of.
    const other = await start({ how: 'many programs' })
    expect(await other.ended).toBe(0)
    await other.end()
    await sleep(STILL)
    expect(training.acknowledged()).toBe(rows)
    expect(training.moments().filter(({ moment }) => moment === 'error' || moment === 'finish')).toEqual([])
    expect(training.messages()).toEqual({ mails: [], slack: [] })
    expect(journalIn(training.ready.dir).finishes).toEqual([])
    expect(existsSync(join(logdir, '.running', training.ready.dir.slice(logdir.length + 1)))).toBe(true)
    expect(trackerProcessesIn(logdir).map(({ what }) => what)).toEqual(
      expect.arrayContaining(['background process', 'exit watcher']),
    )

    training.child.kill('SIGCONT')
    await until('it trains again', () => training.acknowledged() > rows + 10)
    training.child.stdin!.write('now\n')
    expect(await training.ended).toBe(0)
    const outcome = await training.end()
    expect(outcome).toMatchObject({ state: 'finished', losses: {} })
    expect(journalIn(training.ready.dir)).toMatchObject({
      rows: training.acknowledged(),
      finishes: [{ state: 'finished' }],
      dropped: 0,
    })
    expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
  })

  test('and killed while it is: the death is reported as it was', async () => {
    const training = await place().start({ how: 'being stopped' })
    await until('it trains', () => training.acknowledged() > 10)
    await stop(training.child)
    training.child.kill('SIGKILL')
    expect(await training.endedAfterWatcher()).toBe('SIGKILL')
    expect(await training.end()).toMatchObject({ state: 'crashed', cause: { type: 'killed' } })
    expect(journalIn(training.ready.dir).rows).toBeGreaterThanOrEqual(training.acknowledged())
  })
})
