import { init } from 'swanlab'

// The first part of a training …
const first = await init({ project: 'resume', mode: 'offline', config: { learningRate: 0.1 } })
for (let step = 0; step < 10; step++) first.log({ loss: 1 / (step + 1) })
await first.finish()

// … and the rest of it, perhaps in another process tomorrow: same folder, same steps, same configuration.
const second = await init({ project: 'resume', mode: 'offline', id: first.id, resume: 'must' })
second.log({ loss: 0.09 })
const { lastStep } = await second.finish()
console.log(`continued ${second.dir} up to step ${lastStep}, learning rate ${String(second.config['learningRate'])}`)
