import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf, newRun, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('saved files, also in parts', async () => {
  const { cuid } = await newRun(alice)
  const base = `/experiment/${cuid}/files`
  const file = { path: 'ck/a.txt', size: 4, md5: 'x', mimeType: 'text/plain' }
  const { body } = await alice.call('POST', `${base}/prepare`, { files: [file] })
  await fetch(body.urls[0] as string, { method: 'PUT', body: 'text', headers: { 'content-type': 'text/plain' } })
  expect(
    (await alice.call('POST', `${base}/complete`, { files: [{ path: file.path, state: 'UPLOADED' }] })).status,
  ).toBe(201)
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'files/ck/a.txt'), 'utf8')).toBe('text')
  const large = { ...file, path: 'large.bin', count: 3 }
  const { body: plan } = await alice.call('POST', `${base}/prepare-multipart`, { files: [large] })
  const { uploadId, parts } = plan.files[0] as { uploadId: string; parts: { partNumber: number; url: string }[] }
  const etags = []
  for (const { partNumber, url } of parts.toReversed()) {
    const answer = await fetch(url, { method: 'PUT', body: `part ${partNumber};` })
    etags.push({ partNumber, etag: answer.headers.get('etag')?.replaceAll('"', '') })
  }
  expect(
    (
      await alice.call('POST', `${base}/complete-multipart`, {
        files: [{ path: 'large.bin', uploadId, parts: etags }],
      })
    ).status,
  ).toBe(201)
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'files/large.bin'), 'utf8')).toBe('part 1;part 2;part 3;')
})
