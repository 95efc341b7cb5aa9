const assert = require('node:assert/strict')
const { SwanLabError, init } = require('swanlab')
const { init: initOfCore } = require('@swanlab/core')

// A CommonJS program has the same things, once: Node 20.19 and newer can require() modules.
async function main() {
  const run = await init({ project: 'smoke', mode: 'offline', settings: { logLevel: 'silent' } })
  run.log({ loss: 1 })
  const { SwanLabError: imported } = await import('swanlab')
  assert.equal(imported, SwanLabError)
  assert.equal(await initOfCore(), run)
  assert.equal((await run.finish()).state, 'finished')
  console.log('and CommonJS programs can require them')
}
void main()
