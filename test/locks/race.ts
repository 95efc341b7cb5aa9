import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAsked } from './processes.ts'

const DEAD = JSON.stringify({ pid: 2 ** 22 + 1, host: 'gone.invalid', token: 'dead', by: 'kernel' })

/**
 * Has processes ask for one lock at once, which somebody dead has left.
 *
 * @returns how many got it, in each round.
 */
export async function raceForLeftLocks(folder: string, processes: number, rounds: number): Promise<number[]> {
  const all = Array.from({ length: processes }, () => startAsked())
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const path = join(folder, `${round}.lock`)
    writeFileSync(path, DEAD)
    const answers = await Promise.all(all.map((each) => each.ask<boolean>({ take: path })))
    taken.push(answers.filter(Boolean).length)
    await Promise.all(all.map((each) => each.ask({ release: true })))
  }
  await Promise.all(all.map((each) => each.kill()))
  return taken
}

/**
 * Has processes add to a number that is only right when no two are at it together; every other one is killed while it
 * holds the lock.
 *
 * @returns the number, and what it ought to be.
 */
export async function addTogether(folder: string, processes: number, times: number): Promise<[number, number]> {
  const file = join(folder, 'number')
  writeFileSync(file, '0')
  const all = Array.from({ length: processes }, () => startAsked())
  const dieAfter = Math.floor(times / 2)
  await Promise.all(all.map((each, i) => each.ask({ add: file, times, ...(i % 2 === 1 && { dieAfter }) })))
  await Promise.all(all.map((each) => each.kill()))
  const dead = Math.floor(processes / 2)
  return [Number(readFileSync(file, 'utf8')), (processes - dead) * times + dead * dieAfter]
}
