import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'

// The page as anybody would open it, over the run that the smoke test has left: all of its files are in the tarball, and
// what reads the runs starts from there, too.
const COMMAND = 'node_modules/swanlab/dist/cli/main.js'
const watch = spawn(process.execPath, [COMMAND, 'watch', 'swanlog', '--port', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const lines = createInterface({ input: watch.stdout })
let text = ''
const url = await new Promise((resolve, reject) => {
  watch.once('exit', () => reject(new Error('swanlab watch has ended')))
  lines.on('line', (line) => {
    text += line
    try {
      resolve(new URL(JSON.parse(text).url))
    } catch {
      // It goes on in the next line.
    }
  })
})

const get = async (path, headers = {}) => {
  const response = await fetch(new URL(path, url), { headers })
  assert.equal(response.status, 200, `${path}: ${response.status}`)
  return response
}

const built = readdirSync('node_modules/@swanlab/dashboard/dist/page/assets')
const asked = new Set()
const load = async (path) => {
  if (asked.has(path)) return
  asked.add(path)
  const content = await (await get(path)).text()
  for (const name of built) if (content.includes(name)) await load(`/assets/${name}`)
}
await load('/')
const never = built.filter((name) => !asked.has(`/assets/${name}`))
assert.deepEqual(never, [], 'files that the page never asks for')

const authorization = `Bearer ${url.hash.slice('#t='.length)}`
const api = async (path) => (await get(`/api/dashboard/${path}`, { authorization })).json()
const { runs, problems } = await api('runs')
assert.deepEqual(problems, [])
const run = runs.find(({ state }) => state === 'finished')
const { columns } = await api(`runs/${run.key}`)
assert.ok(columns.some(({ key, count }) => key === 'loss' && count > 0))

watch.kill('SIGINT')
const [code] = await once(watch, 'exit')
// Windows has no signals: there it just ends.
if (process.platform !== 'win32') assert.equal(code, 0)
console.log(`and swanlab watch shows ${runs.length} of its runs by ${asked.size} files`)
