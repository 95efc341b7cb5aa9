import { describe, expect, it } from 'vitest'
import { safeOption } from './chart-option.ts'

const optionOf = (given: object): unknown => (safeOption(given as never) as { option: unknown }).option

describe('an option of ECharts', () => {
  it('is drawn as it was logged, without animation', () => {
    const option = { xAxis: { data: ['a'] }, yAxis: {}, series: [{ type: 'bar', data: [1, null, 'x'] }] }
    expect(optionOf(option)).toEqual({ ...option, animation: false })
    expect(optionOf({ series: { type: 'sankey', links: [{ source: 'a', target: 'b' }] }, animation: true })).toEqual({
      series: { type: 'sankey', links: [{ source: 'a', target: 'b' }] },
      animation: false,
    })
  })

  it('never writes HTML: a tooltip is drawn', () => {
    const option = {
      tooltip: { formatter: '<img src=x onerror=alert(1)>', renderMode: 'html', confine: false },
      series: [{ type: 'line', tooltip: { renderMode: 'html' } }],
      baseOption: { tooltip: [{ renderMode: 'html' }] },
    }
    expect(JSON.stringify(optionOf(option))).not.toContain('"html"')
    expect(optionOf({ tooltip: true })).toEqual({ tooltip: true, animation: false })
  })

  it('leads nowhere, loads nothing, and changes nothing but itself', () => {
    const option = JSON.parse(`{
      "title": { "text": "t", "link": "javascript:alert(1)", "sublink": "http://evil.example" },
      "backgroundColor": { "image": "http://evil.example/x.png", "repeat": "repeat" },
      "series": [{ "type": "scatter", "symbol": "image://http://evil.example/x.png", "__proto__": { "polluted": true } }],
      "__proto__": { "polluted": true }, "constructor": { "prototype": { "polluted": true } }
    }`) as object
    const safe = optionOf(option)
    expect(safe).toEqual({
      title: { text: 't' },
      backgroundColor: { repeat: 'repeat' },
      series: [{ type: 'scatter' }],
      animation: false,
    })
    expect(JSON.stringify(safe)).not.toMatch(/evil|javascript|polluted/)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('is not drawn when it needs what is not here, or too much', () => {
    expect(safeOption({ series: [{ type: 'custom', renderItem: 'alert(1)' }] })).toEqual({
      why: 'series',
      type: 'custom',
    })
    expect(safeOption({ baseOption: { series: { type: 'bar3D' } } })).toEqual({ why: 'series', type: 'bar3D' })
    expect(safeOption({ series: [{ type: 'line', data: Array.from({ length: 300_001 }, () => 1) }] })).toEqual({
      why: 'large',
    })
    const deep = JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)) as never
    expect(safeOption(deep)).toEqual({ why: 'large' })
    expect(optionOf({ series: { type: 'gauge', splitNumber: 1e9 } })).toMatchObject({ series: { splitNumber: 100 } })
  })
})
