import { accessSync, close, closeSync, constants, openSync, watch, writeSync, type FSWatcher } from 'node:fs'

const SHELL = '/bin/sh'
// One start for two processes, because `init` has to wait for each. The text between the marks makes a pipe, and what the
// exit watcher writes goes through it to the background process, which the shell becomes. It is a pipe and no file: a full disk
// or a deleted folder must not hide a death. The exit watcher waits for a line on descriptor 3; at the end of input instead,
// the training is dead, and what the kernel still knows of it is passed on. It is nobody's child, so that nobody has to
// ask after it when it has ended. The environment may define functions by these names, and a time after which bash reads
// no more, as hardened machines do.
const SCRIPT = `pid=$0; shift
unset -f cd command printf read test; unset TMOUT
exec 4<<MARK

MARK
if test -p /proc/self/fd/4 && command exec 5>/proc/self/fd/4; then
  (
    cd /
    (read -r word <&3 || { read -r stat </proc/"$pid"/stat && printf '%s\\n' "$stat" >&5; }) </dev/null >&- 4<&- 6<&- &
  )
  exec "$@" watched 3<&4 4<&- 5>&-
fi
exec "$@" 3<&- 4<&-`
/** Asks to be notified when memory was short for a second within two; nobody listens. */
const PRESSURE = { file: '/proc/pressure/memory', trigger: 'some 1000000 2000000\n' }

/** Descriptor of the exit watcher's pipe in the background process. */
export const STATUS_FD = 3
/** Descriptor of the lock that the background process inherits. The exit watcher must not hold it as well. */
export const LOCK_FD = 6
/** Last argument of a background process that has one. */
export const WATCHED = 'watched'

/**
 * The command that posts an exit watcher of this process's death and then becomes `command`. Only the parent of a process is
 * given its exit status. Anybody can read it for as long as the process is a zombie, which is until its parent has asked: a
 * matter of microseconds, and too soon for a process that has to wake up first. A shell is up in a millisecond.
 *
 * @param dir - The run folder, so that `ps` shows whose exit watcher it is.
 * @returns absent where there is none. Elsewhere than on Linux, nobody sees a death; and process 1 takes everybody along
 * when it dies, but would have to ask after an exit watcher that has ended before.
 */
export function withExitWatcher(command: readonly string[], dir: string): readonly string[] | undefined {
  if (process.platform !== 'linux' || process.pid === 1 || !isExecutable(SHELL)) return undefined
  return [SHELL, '-c', SCRIPT, String(process.pid), dir, ...command]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Linux closes a dead process's descriptors in reverse order, and takes a few milliseconds over one that watches files,
 * or memory pressure. One that is older than the exit watcher's pipe keeps the process a zombie for that long after the pipe
 * has been closed. One of them alone is now and then too quick: measured on busy machines, it left 6 deaths of 100
 * unseen, and both left 1 of 200.
 *
 * @returns lets go of them; may be called more than once.
 */
export function slowDownDeath(): () => void {
  if (process.platform !== 'linux') return () => {}
  const watcher = watchSelf()
  let pressure = watchPressure()
  return () => {
    watcher?.close()
    // Not at once: it takes 10 ms and more. And once: its number is soon that of another file.
    if (pressure !== undefined) close(pressure, () => {})
    pressure = undefined
  }
}

function watchSelf(): FSWatcher | undefined {
  try {
    return watch(process.execPath, { persistent: false }).on('error', () => {})
  } catch {
    // No more watches for this user.
    return undefined
  }
}

function watchPressure(): number | undefined {
  let fd: number | undefined
  try {
    fd = openSync(PRESSURE.file, 'r+')
    writeSync(fd, PRESSURE.trigger)
    return fd
  } catch {
    // This kernel does not offer it, or not to everybody.
    if (fd !== undefined) closeSync(fd)
    return undefined
  }
}
