import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './blocks.ts'
import { blocksIn, ROOT } from './pages.ts'
import type { Surroundings } from './surroundings.ts'
import { Newcomer, type Tried } from './walk.ts'

const TSX = join(ROOT, 'node_modules/.bin/tsx')

/** The first program of the README in every way that the README says it can be run. */
export async function quickStarts(surroundings: Surroundings): Promise<Tried[]> {
  const start = blocksIn('README.md').find(({ language }) => language === 'js')
  if (!start) throw new Error('README.md has no program.')
  const newcomer = new Newcomer('quick start', surroundings)
  const { app } = newcomer
  const required = start.code
    .replace(/^import (?<names>\{.*\}) from (?<from>.*)$/m, 'const $<names> = require($<from>)')
    .replace(/^const run = await [\s\S]*$/m, (rest) => `void (async () => {\n${rest}})()\n`)
  for (const name of ['train.mjs', 'train.mts']) writeFileSync(join(app, name), start.code)
  writeFileSync(join(app, 'train.cjs'), required)
  const tried: Tried[] = []
  const attempt = async (page: string, command: readonly string[]): Promise<void> => {
    const block: Block = { ...start, page }
    tried.push({ block, failure: await newcomer.run(command) })
  }
  await attempt('quick start: npm install', ['sh', '-c', 'npm init -y && npm install swanlab'])
  await attempt('quick start: node, .mjs', ['node', 'train.mjs'])
  await attempt('quick start: tsx, .mts', [TSX, 'train.mts'])
  await attempt('quick start: require', ['node', 'train.cjs'])
  await attempt('quick start: "type": "module"', [
    'sh',
    '-c',
    `npm pkg set type=module && mv train.mts train.ts && ${TSX} train.ts`,
  ])
  return tried
}
