import { spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, test } from 'vitest'
import { slowDownDeath, withExitWatcher } from './exit-watcher.ts'

const PATHS = ['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'].filter((path) => existsSync(path))
const SHELLS = [...new Set(PATHS.map((path) => realpathSync(path)))]
/** Prints its process id and its last argument, and then what the exit watcher writes. */
const BACKGROUND = ['/bin/sh', '-c', 'echo $$ $0; cat <&3 || echo nothing']

function start(shell: string, env = process.env): { pid: number; pipe: Duplex; output: Promise<string[]> } {
  const [, ...args] = withExitWatcher(BACKGROUND, '/run/folder')!
  const child = spawn(shell, args, { argv0: 'sh', env, stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
  const output = text(child.stdout!).then((all) => all.split('\n').filter((line) => line !== ''))
  return { pid: child.pid!, pipe: child.stdio[3] as Duplex, output }
}

describe.runIf(process.platform === 'linux').each(SHELLS)('with %s, the exit watcher', (shell) => {
  it('passes on what the kernel knows, once nobody holds the other end', async () => {
    const { pid, pipe, output } = start(shell)
    pipe.destroy()
    const [who, stat, ...rest] = await output
    // The shell has become the background process.
    expect(who).toBe(`${pid} watched`)
    expect(stat).toMatch(new RegExp(`^${process.pid} \\(.*\\) [RSD] ${process.ppid} `))
    expect(rest).toEqual([])
  })

  it('ends without output when it is dismissed', async () => {
    const { pid, pipe, output } = start(shell)
    pipe.end('done\n')
    expect(await output).toEqual([`${pid} watched`])
  })

  it('waits for as long as the training lives, whatever the environment says', async () => {
    const functions = ['[', 'cd', 'command', 'exec', 'printf', 'read', 'test', 'unset']
    const evil = functions.map((name) => [`BASH_FUNC_${name}%%`, '() { echo evil; return 1\n}'])
    const odd = { TMOUT: '1', IFS: '0123456789', CDPATH: '/usr', SHELLOPTS: 'noclobber:nounset' }
    const { pid, pipe, output } = start(shell, { ...Object.fromEntries(evil), ...odd, PATH: process.env['PATH'] })
    await sleep(1_100)
    pipe.end('done\n')
    expect(await output).toEqual([`${pid} watched`])
  })

  it('leaves standard input and output to the background process', async () => {
    const [, ...args] = withExitWatcher(['/bin/cat'], '/run/folder')!
    args.splice(args.indexOf('/bin/cat'), 1, '/bin/sh', '-c', 'cat')
    const child = spawn(shell, args, { argv0: 'sh', stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
    child.stdin!.end('the order')
    // Its output ends with it, though the exit watcher is still there.
    expect(await text(child.stdout!)).toBe('the order')
    ;(child.stdio[3] as Duplex).destroy()
  })
})

test.runIf(existsSync('/proc/pressure/memory'))(
  'what slows down a death is let go of once, whoever has its number by then',
  async () => {
    const letGo = slowDownDeath()
    letGo()
    await expect.poll(() => openFiles().includes('/proc/pressure/memory')).toBe(false)
    const others = Array.from({ length: 8 }, () => openSync('/dev/null', 'r'))
    letGo()
    // Descriptors are closed on the threads that read files, too.
    for (let turn = 0; turn < 32; turn++) await readFile('/proc/self/stat')
    for (const other of others) expect(fstatSync(other).isCharacterDevice()).toBe(true)
    for (const other of others) closeSync(other)
  },
)

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
}
