import { describe, expect, it, test } from 'vitest'
import { CloudError, errorOf, unreachable } from './cloud-error.ts'

const answer = (status: number, headers = {}, text = ''): Parameters<typeof errorOf>[1] => ({
  status,
  statusText: 'Reason',
  headers,
  text,
})

describe('what an answer means', () => {
  test.each([200, 201, 202, 204])('%i is a success', (status) => {
    expect(errorOf('POST x', answer(status, { 'content-type': 'application/json' }), 0)).toBeUndefined()
  })

  test.each([
    [400, 'narrow'],
    [401, 'login'],
    [402, 'retry'],
    [403, 'retry'],
    [404, 'narrow'],
    [407, 'retry'],
    [408, 'retry'],
    [409, 'narrow'],
    [413, 'narrow'],
    [422, 'narrow'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [507, 'retry'],
  ])("a SwanLab server's %i: %s", (status, remedy) => {
    const text = '{"code":"Some_Word","message":"words","more":1}'
    expect(errorOf('POST x', answer(status, {}, text), 0)).toMatchObject({ remedy, own: true })
  })

  const HTML = { 'content-type': 'text/html; charset=utf-8' }
  test.each([
    ['no body', {}, ''],
    ['a page', HTML, '<html>404 Not Found</html>'],
    ['a text', { 'content-type': 'text/plain' }, '404 page not found'],
    ['a gateway', {}, '{"message":"no Route matched with those values"}'],
    ['a number for a code', {}, '{"code":404,"message":"not found"}'],
    ['an empty object', {}, '{}'],
    ['null', {}, 'null'],
  ])('%s refuses nothing: it is somebody on the way', (_, headers, text) => {
    for (const status of [200, 302]) {
      if (headers !== HTML) continue
      expect(errorOf('POST x', answer(status, headers, text), 0)?.remedy).toBe('retry')
    }
    for (const status of [400, 403, 404, 405, 409, 410, 422, 451, 500])
      expect(errorOf('POST x', answer(status, headers, text), 0)).toMatchObject({ remedy: 'retry', own: false })
    expect(errorOf('POST x', answer(404, headers, text), 0)?.message).toContain('not in the form in which SwanLab')
    // A proxy's limit is on what was sent.
    expect(errorOf('POST x', answer(413, headers, text), 0)?.remedy).toBe('narrow')
  })

  it('treats an HTML page as an error, whatever its content type', () => {
    expect(errorOf('POST x', answer(200, {}, '\n<!DOCTYPE html><html>Welcome'), 0)?.remedy).toBe('retry')
  })

  it('recognises a deleted run by the reason phrase alone', () => {
    const phrase = { ...answer(404), statusText: 'Disabled Resource' }
    expect(errorOf('POST x', phrase, 0)).toMatchObject({ own: true, remedy: 'narrow' })
    expect(errorOf('POST x', answer(404, {}, '{"code":"Disabled_Resource"}'), 0)?.own).toBe(true)
  })

  it("holds the server's message, on one line and bounded", () => {
    const text = JSON.stringify({ code: 'Bad', message: `a\nb\u001b[31m${'x'.repeat(1000)}` })
    const error = errorOf('POST x', answer(400, {}, text), 0)!
    expect(error.message).toMatch(/^POST x: 400 Bad: a b \[31mx+$/)
    expect(error.message.length).toBeLessThan(250)
    expect(error).toMatchObject({ status: 400, reason: 'Reason', code: 'Bad' })
  })

  test.each([
    ['7', 7_000],
    ['Thu, 01 Jan 1970 00:00:20 GMT', 20_000],
    ['999999', 3_600_000],
    ['soon', undefined],
    ['-1', undefined],
  ])('Retry-After %s is %s ms', (value, pause) => {
    expect(errorOf('POST x', answer(429, { 'retry-after': value }), 0)?.retryAfter).toBe(pause)
  })
})

it('names the origin of a redirect, and nothing else of that address', () => {
  const moved = (location: string): string | undefined => errorOf('POST x', answer(301, { location }), 0)?.message
  expect(moved('https://swan.example.com/api?token=secret')).toBe(
    'POST x: it is sent on to https://swan.example.com (301)',
  )
  expect(moved('/login')).toBe('POST x: somebody else answered with a web page (301)')
})

it('a request without an answer is retried', () => {
  const error = unreachable('POST x', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
  expect(error).toBeInstanceOf(CloudError)
  expect(error.message).toMatch(/^POST x: the connection was refused/)
  expect(error.remedy).toBe('retry')
})
