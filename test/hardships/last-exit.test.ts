import { describe, expect, test } from 'vitest'
import { journalIn, useTestFolder } from './hardship.ts'

const place = useTestFolder()

describe.runIf(process.platform === 'linux')('a handler that ends the exiting program in another way', () => {
  test.each([
    ['exit', 9],
    ['abort', 'SIGABRT'],
  ] as const)('%s: the program ends so, and the messages say what it had exited with', async (end, code) => {
    const training = await place().start({ how: 'an end inside an exit handler', end })
    expect(await training.ended).toBe(code)
    const outcome = await training.end()
    const how = { state: 'crashed', cause: { type: 'exit', code: 3 }, steps: 10 }
    expect(outcome).toMatchObject(how)
    expect(journalIn(training.ready.dir)).toMatchObject({ rows: 10, finishes: [how], dropped: 0 })
    expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
  })
})
