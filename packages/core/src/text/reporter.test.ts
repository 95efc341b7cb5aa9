import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { quietly, terminalReport } from './reporter.ts'

const REPORTER = fileURLToPath(new URL('./reporter.ts', import.meta.url))
const program = (body: string): string[] => [
  ...['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval'],
  `import { terminalReport } from ${JSON.stringify(REPORTER)}; const report = terminalReport(); ${body}`,
]

function terminal(isTTY: boolean): { isTTY: boolean; write: (text: string | Uint8Array) => void; text: string } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += String(text)
    },
  }
}

describe('terminalReport', () => {
  it('prefixes each line, and leaves out what is below its level', () => {
    const stream = terminal(false)
    const report = terminalReport('warn', stream)
    report('debug', 'no')
    report('info', 'no')
    report('warn', 'two\nlines')
    report('error', 'yes')
    expect(stream.text).toBe('swanlab: two\nswanlab: lines\nswanlab: yes\n')
    terminalReport('silent', stream)('error', 'no')
    expect(stream.text).toHaveLength(41)
  })

  it('colours its prefix on a terminal only, and passes on no commands to it', () => {
    const stream = terminal(true)
    terminalReport('info', stream)('error', 'a \u001B[2J\u009B7m\u0007 key')
    expect(stream.text).toBe('\u001B[31mswanlab\u001B[0m: a \uFFFD[2J\uFFFD7m\uFFFD key\n')
  })

  it('does not end a program whose standard error has nobody left to read it', async () => {
    const body = `
      await new Promise((resolve) => process.stdin.once('data', resolve))
      report('error', 'unheard')
      report('error', 'unheard again')
      await new Promise((resolve) => setTimeout(resolve, 50))
      console.log('alive')
      process.exit()`
    const child = spawn(process.execPath, program(body), { stdio: ['pipe', 'pipe', 'pipe'] })
    child.stderr.destroy()
    child.stdin.write('go\n')
    let out = ''
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([out, code]).toEqual(['alive\n', 0])
  })

  it('is whole even when it does not fit into the pipe', async () => {
    const body = `for (let i = 0; i < 40; i++) report('info', 'x'.repeat(9_990)); process.exitCode = 0`
    const { stderr } = await promisify(execFile)(process.execPath, program(body), { maxBuffer: 1e7 })
    expect(stderr.split('\n').filter((line) => line === `swanlab: ${'x'.repeat(9_990)}`)).toHaveLength(40)
  })
})

it('quietly() never throws, whatever the report does', async () => {
  const received: string[] = []
  const report = quietly((level, message) => {
    received.push(`${level} ${message}`)
    throw new Error('no terminal')
  })
  expect(() => report('warn', 'hello')).not.toThrow()
  expect(received).toEqual(['warn hello'])
  const rejecting = quietly((async () => Promise.reject(new Error('later'))) as () => void)
  rejecting('warn', 'hello')
  await new Promise(setImmediate)
})
