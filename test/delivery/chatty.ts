import type { Callback } from '@swanlab/core'

/** Prints what it is called with, as an author does who tries a callback. */
export class Chatty implements Callback {
  readonly name = 'chatty'
  readonly resident: Callback['resident'] = { module: import.meta.url, export: 'Chatty', options: {} }

  onRun = (): void => console.log('the run begins')
  onLog = (record: object): void => console.log(record)
  onStop = (): void => void process.stdout.write('{"type":"settled"} and no line break')
}
