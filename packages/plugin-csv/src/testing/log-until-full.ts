import { StepsFile } from '../steps-file.ts'
import { step } from './payloads.ts'

// Prints how many steps a file took before the system refused.
const [file = ''] = process.argv.slice(2)
const steps = new StepsFile(file, false)
let accepted = 0
try {
  for (; ; accepted++) steps.write(step(accepted, { loss: accepted }))
} catch (error) {
  console.log(`${accepted} accepted, then ${String(error)}`)
}
