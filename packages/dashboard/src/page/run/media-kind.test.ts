import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { shownAs } from './media-kind.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const BYTES = 'application/octet-stream'

describe('how a file of a run is shown', () => {
  it('is decided by its bytes, not by what it was logged as', () => {
    const png = PNG.sync.write(new PNG({ width: 4, height: 2 }))
    for (const kind of ['image', 'html', 'text'] as const)
      expect(shownAs(kind, 'image/png', png)).toEqual({ as: 'image', size: { width: 4, height: 2 } })
    expect(shownAs('image', BYTES, text('<html>'))).toEqual({ as: 'nothing', why: 'not-that' })
    expect(shownAs('video', BYTES, text('#!/bin/sh'))).toEqual({ as: 'nothing', why: 'not-that' })
  })

  it('is never to decode an image that says it is huge, or does not say what it is', () => {
    const bomb = PNG.sync.write(new PNG({ width: 1, height: 1 }))
    bomb.writeUInt32BE(100_000, 16)
    bomb.writeUInt32BE(100_000, 20)
    expect(shownAs('image', 'image/png', bomb)).toMatchObject({ as: 'nothing', why: 'pixels' })
    expect(shownAs('image', 'image/png', bomb.subarray(0, 12))).toEqual({ as: 'nothing', why: 'dimensions' })
  })

  it('is a frame that may do nothing for pages and drawings', () => {
    expect(shownAs('html', BYTES, text('<script>alert(1)</script>'))).toEqual({ as: 'frame', type: 'text/html' })
    const svg = '<?xml version="1.0"?>\n<!-- drawn -->\n<svg onload="alert(1)"></svg>'
    expect(shownAs('image', BYTES, text(svg))).toEqual({ as: 'frame', type: 'image/svg+xml' })
  })

  it('is a text up to a length, and JSON as what it holds', () => {
    expect(shownAs('text', BYTES, text('<b>hi</b>'))).toEqual({ as: 'text', text: '<b>hi</b>', cut: false })
    expect(shownAs('text', BYTES, text('x'.repeat(1_000_000)))).toMatchObject({ cut: true })
    expect(shownAs('echarts', BYTES, text('{"a":1}'))).toEqual({ as: 'chart', value: { a: 1 } })
    expect(shownAs('echarts', BYTES, text('{'))).toMatchObject({ as: 'nothing' })
    expect(shownAs('molecule', BYTES, text('ATOM'))).toEqual({ as: 'nothing', why: 'kind' })
  })
})
