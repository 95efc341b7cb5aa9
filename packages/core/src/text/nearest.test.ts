import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

const WORDS = ['project', 'experimentName', 'mode', 'tags', 'id', 'logdir', 'load']

describe('nearest', () => {
  it.each([
    ['proyect', 'project'],
    ['Project', 'project'],
    ['projcet', 'project'],
    ['experiment_name', 'experimentName'],
    ['experiment-name', 'experimentName'],
    ['moed', 'mode'],
    ['tag', 'tags'],
    ['ID', 'id'],
    ['log_dir', 'logdir'],
    ['laod', 'load'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, WORDS)).toBe(meant)
  })

  it.each(['', 'x', 'learningRate', 'ix', 'p', '__proto__'])('has no suggestion for "%s"', (typed) => {
    expect(nearest(typed, WORDS)).toBeUndefined()
  })

  it('prefers the fewest edits, and the first of equals', () => {
    expect(nearest('onStart', ['onStop', 'onRestart', 'onStar'])).toBe('onStar')
    expect(nearest('cab', ['cat', 'car'])).toBe('cat')
  })

  it('looks at no more than 100 characters', () => {
    expect(nearest('a'.repeat(1e7), ['a'.repeat(100)])).toBe('a'.repeat(100))
  })
})
