import { writeSync } from 'node:fs'
import { withLock } from '../lock.ts'
import { replaceFileSync } from '@swanlab/journal'

// Is killed when half of the new text is written.
const [file = ''] = process.argv.slice(2)
withLock(`${file}.lock`, (scratch) =>
  replaceFileSync(
    file,
    (fd) => {
      writeSync(fd, 'project,exp_name\r\nhalf of a')
      process.kill(process.pid, 'SIGKILL')
      // The signal arrives now or a moment later.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
    },
    { scratch },
  ),
)
