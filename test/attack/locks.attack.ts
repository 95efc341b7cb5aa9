import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addTogether, raceForLeftLocks } from '../locks/race.ts'
import { scale } from './scale.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'locks-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ROUNDS = scale(200, 20)

test(`eight processes race ${ROUNDS} times for a lock that a dead one has left: each time one gets it`, async () => {
  expect(await raceForLeftLocks(folder, 8, ROUNDS)).toEqual(Array(ROUNDS).fill(1))
})

test('what eight processes do under a lock, half of them killed in it, is not undone', async () => {
  const [sum, expected] = await addTogether(folder, 8, scale(500, 50))
  expect(sum).toBe(expected)
})
