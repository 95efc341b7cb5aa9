import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Page, Server, Writer } from './watching.ts'

let logdir: string
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-live-'))
})
afterEach(() => rmSync(logdir, { recursive: true, force: true }))

const onlyRun = (): string => readdirSync(logdir).find((name) => name.startsWith('run-'))!
const upTo = (step: number): number[] => Array.from({ length: step }, (_, at) => at + 1)

test('what is logged comes once, over a cut and another server; a killed run says so by itself', async () => {
  const writer = await Writer.in(logdir)
  const server = await Server.over(logdir, '--port', '0', '--token-file', join(logdir, 'token'))
  const [run, page] = [onlyRun(), new Page()]

  await page.follow(server, run)
  for (let rows = 1; rows <= 3; rows++) await writer.log(rows)
  await page.until(() => page.steps.length >= 6)
  expect(page.rows.get(run)).toMatchObject({ state: 'running' })

  page.cut()
  await writer.log(300)
  await page.follow(server, run)
  await writer.log(1)
  await page.until(() => page.steps.length >= 307)

  const { port } = server.url
  await server.kill()
  await writer.log(4)
  const next = await Server.over(logdir, '--port', port, '--token-file', join(logdir, 'token'))
  expect(next.url.href).toBe(server.url.href)
  await page.follow(next, run)
  await writer.log(5)
  await page.until(() => page.steps.length >= 316)
  expect(page.steps).toEqual(upTo(316))

  await writer.kill()
  await page.until(() => page.rows.get(run)?.state !== 'running')
  expect(page.rows.get(run)).toMatchObject({ state: 'crashed', cause: { type: 'killed' }, lastStep: 316 })
  expect(page.steps).toEqual(upTo(316))
})
