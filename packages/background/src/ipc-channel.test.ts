import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { IpcChannel } from './ipc-channel.ts'

function channelOf() {
  const input = new PassThrough()
  const output = new PassThrough()
  const inputs: string[] = []
  const channel = new IpcChannel(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  channel.onInput(() => inputs.push(channel.closed ? 'closed' : 'end'))
  return { input, output, channel, inputs }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the order, the end of the run and the end of the training come one after the other, in whatever pieces', async () => {
  const { input, channel, inputs } = channelOf()
  const text = `${JSON.stringify({ dir: '/run' })}\n${JSON.stringify({ type: 'finish', state: 'finished' })}\n`
  for (const character of text) input.write(character)
  expect(await channel.order).toEqual({ dir: '/run' })
  await turn()
  expect([channel.end, channel.closed, inputs]).toEqual([{ type: 'finish', state: 'finished' }, false, ['end']])
  input.end()
  await turn()
  expect([channel.closed, inputs]).toEqual([true, ['end', 'closed']])
})

test('half a line of a training that died while it wrote does not count', async () => {
  const { input, channel, inputs } = channelOf()
  input.write('{"dir":"/run"}\n{"type":"fin')
  input.end()
  expect(await channel.order).toEqual({ dir: '/run' })
  await turn()
  expect([channel.end, channel.closed, inputs]).toEqual([undefined, true, ['closed']])
})

test('a training that died before it could give an order gave none', async () => {
  const { input, channel } = channelOf()
  input.end('{"dir":')
  expect(await channel.order).toBeUndefined()
})

test('what a callback logs crosses the pipe as it is, and a training that does not read is not flooded with it', async () => {
  const { input, output, channel } = channelOf()
  channel.send({ type: 'log', name: 'rule', data: { a: 1, b: NaN, c: -Infinity }, step: 3, id: '1' })
  expect(JSON.parse(String(output.read()))).toEqual({
    type: 'log',
    name: 'rule',
    data: { a: 1, b: 'NaN', c: '-Infinity' },
    step: 3,
    id: '1',
  })
  expect(channel.ready).toBe(true)
  while (channel.ready) output.write('x'.repeat(1_000_000))
  expect(output.writableLength).toBeGreaterThanOrEqual(16_777_216)
  output.destroy()
  input.end()
  await turn()
  expect(channel.ready).toBe(false)
})
