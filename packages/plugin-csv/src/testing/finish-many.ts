import { CSVWriter } from '../index.ts'
import { outcome } from './payloads.ts'

// Finishes many runs, each with a metric of its own, as fast as it can; the last one while the process exits.
const [dir = '', who = '', count = '0'] = process.argv.slice(2)
const writer = new CSVWriter({ dir })
const finish = (n: number): void => writer.onStop(outcome({ id: `${who}${n}` }, [[`${who}/${n}`, n]]))

for (let n = 1; n < Number(count); n++) finish(n)
process.on('exit', () => finish(Number(count)))
