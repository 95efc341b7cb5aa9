import { expect, it } from 'vitest'
import { rank } from './rank.ts'

const NAMES = ['eval/loss', 'train/loss', 'loss', 'colossus', 'lr over steps', 'accuracy']

it('finds names by their beginning, by a word, by a part, and by letters in order', () => {
  expect(rank('loss', NAMES, (name) => name)).toEqual(['loss', 'eval/loss', 'train/loss', 'colossus', 'lr over steps'])
  expect(rank('  ', NAMES, (name) => name)).toEqual(NAMES)
  expect(rank('xyz', NAMES, (name) => name)).toEqual([])
})
