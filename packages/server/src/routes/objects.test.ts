import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf, newRun, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('media go where a signed address says, without a session, and come back', async () => {
  const { cuid } = await newRun(alice)
  const paths = ['media/image/002-d6325bd2.png', 'eval%2Fimgs/image-step0-a.png']
  const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths })
  expect(body.urls).toHaveLength(2)
  for (const url of body.urls as string[])
    expect((await fetch(url, { method: 'PUT', body: 'png', headers: { 'content-type': 'image/png' } })).status).toBe(
      200,
    )
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'media/image/002-d6325bd2.png'), 'utf8')).toBe('png')
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'media/eval%2Fimgs/image-step0-a.png'), 'utf8')).toBe('png')
  const { body: back } = await alice.call('POST', '/resources/presigned/get', { prefix: `p/${cuid}`, paths })
  expect(await (await fetch(back.urls[1] as string)).text()).toBe('png')
})

it.each(['../../../escape.png', '/etc/escape', 'media/../../escape', 'a\0b', 'files/../journal.jsonl'])(
  'a path such as %j is answered 200, and nothing is written outside its place',
  async (path) => {
    const { cuid } = await newRun(alice)
    const before = readFileSync(join(folderOf(setting, 'cats', cuid), 'journal.jsonl'), 'utf8')
    const { body } = await alice.call('POST', '/resources/presigned/put', { experimentId: cuid, paths: [path] })
    const answer = await fetch(body.urls[0] as string, { method: 'PUT', body: 'evil' })
    expect(answer.status).toBe(200)
    expect(existsSync(join(setting.dataDir, '..', 'escape.png'))).toBe(false)
    expect(existsSync(join(folderOf(setting, 'cats', cuid), '..', 'escape'))).toBe(false)
    expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'journal.jsonl'), 'utf8')).toBe(before)
  },
)
