import type { Figure } from './dashboard/figure.ts'
import { removeFolders } from './dashboard/journals.ts'
import { benchReading } from './dashboard/reading.ts'
import { isShort } from './dashboard/scale.ts'
import { table } from './measure.ts'

const PARTS: readonly (() => readonly Figure[] | Promise<readonly Figure[]>)[] = [benchReading]

/** How quickly the dashboard reads, answers and draws. `BENCH=short`: small sizes, which show that everything runs. */
export async function benchDashboard(): Promise<string> {
  const figures: Figure[] = []
  try {
    for (const part of PARTS) {
      for (const one of await part()) {
        figures.push(one)
        console.error(`${one.figure}: ${one.measured}`)
      }
    }
  } finally {
    removeFolders()
  }
  const word = ({ met }: Figure): string => (met === undefined ? '' : met ? 'met' : 'missed')
  return table(
    [`dashboard${isShort ? ', small' : ''}`, 'goal', 'measured', ''],
    figures.map((one) => [one.figure, one.goal, one.measured, word(one)]),
  )
}
