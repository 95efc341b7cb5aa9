import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { withWitness } from './exit-witness.ts'

const SHELLS = ['/bin/sh', '/bin/dash', '/bin/bash'].filter((path) => existsSync(path))
/** Prints its process id and its last argument, and then what the witness says. */
const BACKGROUND = ['/bin/sh', '-c', 'echo $$ $0; cat <&3 || echo nothing']

function start(shell: string): { pid: number; word: Duplex; said: Promise<string[]> } {
  const [, ...args] = withWitness(BACKGROUND, '/run/folder')!
  const child = spawn(shell, args, { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
  const said = text(child.stdout!).then((all) => all.split('\n').filter((line) => line !== ''))
  return { pid: child.pid!, word: child.stdio[3] as Duplex, said }
}

describe.runIf(process.platform === 'linux').each(SHELLS)('with %s, the witness', (shell) => {
  it('passes on what the kernel knows, once nobody holds the other end', async () => {
    const { pid, word, said } = start(shell)
    word.destroy()
    const [who, stat, ...rest] = await said
    // The shell has become the background process.
    expect(who).toBe(`${pid} witnessed`)
    expect(stat).toMatch(new RegExp(`^${process.pid} \\(.*\\) [RSD] ${process.ppid} `))
    expect(rest).toEqual([])
  })

  it('goes without a word when it is told to', async () => {
    const { pid, word, said } = start(shell)
    word.end('done\n')
    expect(await said).toEqual([`${pid} witnessed`])
  })

  it('leaves the lifeline and the news to the background process', async () => {
    const [, ...args] = withWitness(['/bin/cat'], '/run/folder')!
    args.splice(args.indexOf('/bin/cat'), 1, '/bin/sh', '-c', 'cat')
    const child = spawn(shell, args, { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
    child.stdin!.end('the order')
    // Its news end with it, though the witness is still there.
    expect(await text(child.stdout!)).toBe('the order')
    ;(child.stdio[3] as Duplex).destroy()
  })
})
