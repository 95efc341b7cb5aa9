import { describe, expect, it } from 'vitest'
import { differences, flatten, parseRequirements } from './differences.ts'

describe('what differs between runs', () => {
  it('is told key by key, into nested configurations, first what most have', () => {
    const all = [
      flatten({ seed: 1, lr: 0.1, optim: { name: 'adam', betas: [0.9, 0.99] } }),
      flatten({ optim: { betas: [0.9, 0.99], name: 'sgd' }, lr: 0.1, wd: null }),
    ]
    expect(differences(all)).toEqual({
      differing: [
        { key: 'optim.name', values: ['adam', 'sgd'] },
        { key: 'seed', values: [1, undefined] },
        { key: 'wd', values: [undefined, null] },
      ],
      same: [
        { key: 'lr', values: [0.1, 0.1] },
        {
          key: 'optim.betas',
          values: [
            [0.9, 0.99],
            [0.9, 0.99],
          ],
        },
      ],
    })
  })

  it('is not the order of keys in a list of objects, and is the kind of a value', () => {
    const [a, b] = [flatten({ list: [{ x: 1, y: 2 }], n: 1 }), flatten({ list: [{ y: 2, x: 1 }], n: '1' })]
    expect(differences([a, b]).differing.map(({ key }) => key)).toEqual(['n'])
  })

  it('survives keys of any name, and values of any depth and number', () => {
    let deep = {}
    for (let depth = 0; depth < 5_000; depth++) deep = { in: deep }
    const config = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}')
    expect([...flatten({ ...config, deep }).keys()]).toContain('constructor')
    expect([...flatten(config)]).toEqual([
      ['__proto__.polluted', 1],
      ['constructor', 2],
    ])
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at]))
    expect(flatten(wide).size).toBe(5_000)
    expect(flatten(undefined).size).toBe(0)
  })
})

it('reads packages and versions as npm and pip write them', () => {
  expect([...parseRequirements('@types/node@20.1.0\nzod@4.6.7\nnumpy==2.0\n# note\n\nbare\n')]).toEqual([
    ['@types/node', '20.1.0'],
    ['zod', '4.6.7'],
    ['numpy', '2.0'],
    ['bare', ''],
  ])
  expect(parseRequirements(undefined).size).toBe(0)
})
