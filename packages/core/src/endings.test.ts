import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { journalIn, runProgram, type Drive, type Ended } from './testing/program.ts'

const root = mkdtempSync(join(tmpdir(), 'swanlab-endings-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const EXIT = (code: number): object => ({ type: 'exit', code })
const SIGNAL = (signal: string): object => ({ type: 'signal', signal })
const EXCEPTION = { type: 'exception' }
const send =
  (...signals: NodeJS.Signals[]): Drive =>
  (kill) =>
    signals.forEach((signal) => kill(signal))

interface Case {
  readonly program: string
  readonly drive?: Drive
  readonly state: string | undefined
  readonly cause?: object
  readonly error?: object
  /** Recorded values of "loss"; the default is that of the start alone. */
  readonly losses?: readonly number[]
}

/** Each of them ends as it would without the tracker; the journal says how it ended. */
const CASES: readonly Case[] = [
  { program: 'ends', state: 'finished' },
  { program: 'finishes', state: 'finished' },
  { program: 'goes on after finish, and exits with 3', state: 'finished' },
  { program: 'exits with 0', state: 'finished' },
  {
    program: 'exits with 3',
    state: 'crashed',
    cause: EXIT(3),
    error: { name: 'ProcessExit', message: 'the process exited with code 3' },
  },
  { program: 'sets the exit code', state: 'crashed', cause: EXIT(4) },
  { program: 'never settles', state: 'crashed', cause: EXIT(13) },
  {
    program: 'throws at once',
    state: 'crashed',
    cause: EXCEPTION,
    error: {
      name: 'RangeError',
      message: 'at once',
      stack: expect.stringContaining('caused by: Error: deeper') as unknown,
    },
  },
  {
    program: 'throws in a timer',
    state: 'crashed',
    cause: EXCEPTION,
    error: { name: 'TypeError', message: 'in a timer' },
  },
  { program: 'throws text', state: 'crashed', cause: EXCEPTION, error: { name: 'string', message: 'just text' } },
  { program: 'throws nothing', state: 'crashed', cause: EXCEPTION, error: { name: 'undefined' } },
  { program: 'rejects unheard', state: 'crashed', cause: EXCEPTION, error: { name: 'Error', message: 'unheard' } },
  { program: 'rejects unheard, with text', state: 'crashed', cause: EXCEPTION },
  { program: 'handles its exceptions', state: 'finished', losses: [0, 1] },
  { program: 'handles its rejections', state: 'finished', losses: [0, 1] },
  { program: 'handles an exception by exiting', state: 'crashed', cause: EXIT(6) },
  { program: 'waits', drive: send('SIGINT'), state: 'aborted', cause: SIGNAL('SIGINT'), error: { name: 'SIGINT' } },
  { program: 'waits', drive: send('SIGTERM'), state: 'aborted', cause: SIGNAL('SIGTERM') },
  { program: 'waits', drive: send('SIGHUP'), state: 'aborted', cause: SIGNAL('SIGHUP') },
  { program: 'handles SIGINT', drive: send('SIGINT', 'SIGUSR2'), state: 'finished', losses: [0, 1] },
  { program: 'ignores SIGINT, since before', drive: send('SIGINT', 'SIGUSR2'), state: 'finished', losses: [0, 1] },
  {
    program: 'handles SIGINT once',
    drive: async (kill, said) => {
      kill('SIGINT')
      await said('mine')
      kill('SIGINT')
    },
    state: 'aborted',
    cause: SIGNAL('SIGINT'),
    losses: [0, 1],
  },
  { program: 'exits with 130 on SIGINT', drive: send('SIGINT'), state: 'aborted', cause: SIGNAL('SIGINT') },
  { program: 'exits with 5 on SIGTERM', drive: send('SIGTERM'), state: 'crashed', cause: EXIT(5) },
  { program: 'exits with 0 on SIGTERM', drive: send('SIGTERM'), state: 'finished' },
  {
    program: 'has a library that counts signal handlers',
    drive: send('SIGINT'),
    state: 'aborted',
    cause: SIGNAL('SIGINT'),
  },
  { program: 'exits again while exiting, since before', state: 'crashed', cause: EXIT(2) },
  { program: 'listens to beforeExit and exit', state: 'finished' },
  { program: 'has workers', state: 'finished' },
  {
    program: 'has a worker that throws',
    state: 'crashed',
    cause: EXCEPTION,
    error: { message: 'in a worker' },
    losses: [0, 1],
  },
]

/** What runs TypeScript also changes how Node prints a stack. */
const PRINTS_A_STACK = /throws|rejects/

let count = 0
async function tracked(
  program: string,
  drive?: Drive,
): Promise<{ ended: Ended; journal: ReturnType<typeof journalIn> }> {
  const logdir = join(root, `${count++}`)
  const ended = await runProgram('endings.mjs', [program, logdir], drive)
  return { ended, journal: journalIn(logdir) }
}

const finishOf = (journal: ReturnType<typeof journalIn>): unknown => journal.filter(({ type }) => type === 'finish')
const lossesOf = (journal: ReturnType<typeof journalIn>): unknown[] =>
  journal.flatMap((each) => (each.type === 'log' ? [each.data['loss']] : []))

describe.concurrent(
  'a program that is tracked ends as it would have, and the run says how:',
  { timeout: 30_000 },
  () => {
    it.each(CASES)('$program', async ({ program, drive, state, cause, error, losses = [0] }) => {
      const bare = await runProgram('endings.mjs', [program], drive, { sources: PRINTS_A_STACK.test(program) })
      const { ended, journal } = await tracked(program, drive)

      const { code, signal, stdout, stderr } = bare
      expect(ended).toMatchObject({ code, signal, stdout, stderr })
      expect(finishOf(journal)).toEqual([expect.objectContaining({ state, ...(cause && { cause }) })])
      if (error) expect(finishOf(journal)).toMatchObject([{ error }])
      if (state === 'finished') expect(Object.keys((finishOf(journal) as object[])[0]!)).not.toContain('cause')
      expect(lossesOf(journal)).toEqual(losses)
    })
  },
)

describe.concurrent(
  'where the program alone would die at once, its callbacks may delay that:',
  { timeout: 30_000 },
  () => {
    it('a signal waits for a callback until its deadline, and no longer', async () => {
      const { ended, journal } = await tracked('has callbacks that hang', send('SIGTERM'))
      expect(ended).toMatchObject({ signal: 'SIGTERM', stdout: 'ready\nother hears signal\nother hears aborted\n' })
      expect(ended.took).toBeGreaterThan(390)
      expect(ended.took).toBeLessThan(3_000)
      expect(ended.reports).toContain('swanlab: Callback "hanging" failed in onStop: no answer within 400 ms')
      expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'aborted', cause: SIGNAL('SIGTERM') })])
    })

    it('a second signal waits for nobody, but those who were still to hear of the end do', async () => {
      const twice: Drive = async (kill, said) => {
        kill('SIGINT')
        await said('other hears signal')
        kill('SIGINT')
      }
      const { ended, journal } = await tracked('has callbacks that hang', twice)
      expect(ended).toMatchObject({ signal: 'SIGINT', stdout: 'ready\nother hears signal\nother hears aborted\n' })
      expect(ended.took).toBeLessThan(300)
      expect(ended.reports.at(-1)).toBe(
        'swanlab: The process ended before these callbacks were done: hanging (onStop).',
      )
      expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'aborted', cause: SIGNAL('SIGINT') })])
    })

    it('a program that exits meanwhile still dies of the signal', async () => {
      const { ended } = await tracked('exits with 0 while a callback hangs after SIGINT', send('SIGINT'))
      expect(ended).toMatchObject({ signal: 'SIGINT', code: null, stdout: 'ready\n' })
      expect(ended.took).toBeLessThan(2_000)
    })

    it('the end of the script waits for a callback until its deadline, and no longer', async () => {
      const { ended, journal } = await tracked('ends with a callback that hangs')
      expect(ended).toMatchObject({ code: 0, signal: null })
      expect(ended.reports).toContain('swanlab: Callback "hanging" failed in onStop: no answer within 400 ms')
      expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'finished' })])
    })
  },
)

describe.concurrent('a synchronous loop', { timeout: 30_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that never yields dies of %s at once', async (name) => {
    const later: Drive = async (kill) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      kill(name)
    }
    const { ended, journal } = await tracked('loops for ever', later)
    expect(ended).toMatchObject({ signal: name, code: null, stdout: 'ready\n' })
    expect(ended.took).toBeLessThan(1_000)
    // It could not say how it ended; whoever finds it will. Every row is there.
    expect(finishOf(journal)).toEqual([])
    const losses = lossesOf(journal)
    expect(losses.length).toBeGreaterThan(100)
    expect(losses).toEqual(losses.map((_, step) => step))
  })

  it('that yields now and then dies of the first signal, too', async () => {
    const early: Drive = async (kill) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      kill('SIGINT')
    }
    const { ended, journal } = await tracked('turns between long stretches', early)
    expect(ended).toMatchObject({ signal: 'SIGINT', stdout: 'ready\n' })
    expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'aborted', cause: SIGNAL('SIGINT') })])
  })

  it('that handles its signals still does so, when it is done', async () => {
    const later: Drive = async (kill) => {
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      kill('SIGINT')
    }
    const { ended, journal } = await tracked('loops, and handles SIGINT afterwards', later)
    expect(ended).toMatchObject({ code: 0, stdout: 'ready\nmine\n' })
    expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'finished' })])
  })
})

describe.concurrent('everybody hears the end', { timeout: 30_000 }, () => {
  it('when the program exits right after a finish that nobody waits for', async () => {
    const { ended, journal } = await tracked('exits right after a finish nobody waits for')
    expect(ended).toMatchObject({ code: 0, stdout: 'a hears finished\nb hears finished\nc hears finished\n' })
    expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'finished' })])
  })

  it('when the program throws', async () => {
    const { ended } = await tracked('throws with callbacks')
    const heard = ['a hears exception', 'b hears exception', 'a hears crashed', 'b hears crashed']
    expect(ended).toMatchObject({ code: 1, stdout: `${heard.join('\n')}\n` })
  })

  it('when a handler exits again while the program is exiting', async () => {
    const { ended, journal } = await tracked('exits again while exiting')
    expect(ended).toMatchObject({ code: 9, stdout: 'a hears exit\na hears crashed\n' })
    expect(finishOf(journal)).toEqual([expect.objectContaining({ state: 'crashed', cause: EXIT(2) })])
  })
})
