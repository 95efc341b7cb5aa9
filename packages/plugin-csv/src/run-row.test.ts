import { describe, expect, it } from 'vitest'
import { runRow } from './run-row.ts'
import { outcome } from './testing/payloads.ts'

function columns(...args: Parameters<typeof outcome>): [string, unknown][] {
  return [...runRow(outcome(...args))].slice(8)
}

describe('runRow', () => {
  it('begins with the columns of SwanLab', () => {
    const startTime = new Date(2026, 0, 2, 3, 4, 5).getTime()
    const row = runRow(
      outcome({ startTime, workspace: 'lab', description: 'd', dir: '/logs/run-1', url: 'https://x/1' }),
    )
    expect(Object.fromEntries(row)).toEqual({
      project: 'demo',
      exp_name: 'first',
      description: 'd',
      datetime: '2026-01-02 03:04:05',
      run_id: 'abcdefghijklmnopqrstu',
      workspace: 'lab',
      logdir: '/logs/run-1',
      url: 'https://x/1',
    })
  })

  it('leaves empty what is not known', () => {
    const row = runRow(outcome())
    expect(['description', 'workspace', 'url'].map((name) => row.get(name))).toEqual([null, null, null])
    expect(row.get('logdir')).toBe('/logs')
    expect(runRow(outcome({ logdir: undefined })).get('logdir')).toBe(null)
  })

  it('flattens the configuration, in its order, and then names the metrics, in theirs', () => {
    const config = { lr: 0.1, optimizer: { name: 'sgd', nesterov: true, extra: {} }, sizes: [1, 2], seed: null }
    expect(
      columns({ config }, [
        ['loss', 1],
        ['acc', 0.5],
      ]),
    ).toEqual([
      ['config/lr', 0.1],
      ['config/optimizer/name', 'sgd'],
      ['config/optimizer/nesterov', true],
      ['config/optimizer/extra', {}],
      ['config/sizes', [1, 2]],
      ['config/seed', null],
      ['loss', 1],
      ['acc', 0.5],
    ])
  })

  it('lets no metric take the column of something else, nor two metrics the same', () => {
    const config = { lr: 0.1 }
    const keys = ['url', 'metric/url', 'metric/metric/url', 'config/lr', 'metric/loss', 'loss', 'run_id']
    const row = runRow(
      outcome(
        { config },
        keys.map((key, n) => [key, n]),
      ),
    )
    expect(row.get('url')).toBe(null)
    expect(row.get('config/lr')).toBe(0.1)
    expect([...row].slice(9)).toEqual([
      ['metric/url', 0],
      ['metric/metric/url', 1],
      ['metric/metric/metric/url', 2],
      ['metric/config/lr', 3],
      ['metric/loss', 4],
      ['loss', 5],
      ['metric/run_id', 6],
    ])
  })

  it('keeps both of two settings that flatten to the same name', () => {
    expect(columns({ config: { a: { b: 1 }, 'a/b': 2 } })).toEqual([
      ['config/a/b', 1],
      ['config/a/b (2)', 2],
    ])
  })

  it('writes a very deep configuration as JSON, from a depth on', () => {
    let config = {}
    for (let depth = 0; depth < 1_000; depth++) config = { x: config }
    expect(columns({ config })[0]?.[0]).toBe(`config${'/x'.repeat(8)}`)
  })

  it('takes ten thousand keys and hostile ones', () => {
    const keys = ['__proto__', 'constructor', ...Array.from({ length: 10_000 }, (_, n) => `key${n}`)]
    expect(
      columns(
        { config: JSON.parse('{"__proto__": 1}') },
        keys.map((key, n) => [key, n]),
      ),
    ).toEqual([['config/__proto__', 1], ...keys.map((key, n) => [key, n])])
  })
})
