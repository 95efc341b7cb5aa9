import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Lifeline } from './lifeline.ts'

function lifeline() {
  const input = new PassThrough()
  const output = new PassThrough()
  const words: string[] = []
  const line = new Lifeline(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  line.onWord(() => words.push(line.cut ? 'cut' : 'farewell'))
  return { input, line, words }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the order, the farewell and the end come one after the other, in whatever pieces', async () => {
  const { input, line, words } = lifeline()
  const text = `${JSON.stringify({ dir: '/run' })}\n${JSON.stringify({ type: 'finish', state: 'finished' })}\n`
  for (const character of text) input.write(character)
  expect(await line.order).toEqual({ dir: '/run' })
  await turn()
  expect([line.farewell, line.cut, words]).toEqual([{ type: 'finish', state: 'finished' }, false, ['farewell']])
  input.end()
  await turn()
  expect([line.cut, words]).toEqual([true, ['farewell', 'cut']])
})

test('half a word of a training that died while it spoke does not count', async () => {
  const { input, line, words } = lifeline()
  input.write('{"dir":"/run"}\n{"type":"fin')
  input.end()
  expect(await line.order).toEqual({ dir: '/run' })
  await turn()
  expect([line.farewell, line.cut, words]).toEqual([undefined, true, ['cut']])
})

test('a training that died before it could give an order gave none', async () => {
  const { input, line } = lifeline()
  input.end('{"dir":')
  expect(await line.order).toBeUndefined()
})
