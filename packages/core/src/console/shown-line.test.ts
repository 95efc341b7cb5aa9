import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLine, shownLine } from './shown-line.ts'
import { startCpuTimer } from '../data/testing/cpu-timer.ts'

const ESC = '\u001B'

describe('a terminal shows', () => {
  it.each([
    ['plain  text\twith tabs', 'plain  text\twith tabs'],
    ['ends like on Windows\r', 'ends like on Windows'],
    [`${ESC}[1;31mred${ESC}[0m and ${ESC}[38;2;1;2;3mpink${ESC}[m`, 'red and pink'],
    [`${ESC}]0;title\u0007a ${ESC}]8;;https://x.test${ESC}\\link${ESC}]8;;${ESC}\\`, 'a link'],
    ['bell\u0007, null\u0000, C1\u0085', 'bell, null, C1'],
    ['half \uD83E of a swan', 'half \uFFFD of a swan'],
    ['whole 🦢', 'whole 🦢'],
    [`cut off ${ESC}[3`, 'cut off '],
  ])('%j as %j', (line, shown) => {
    expect(shownLine(line, 100)).toBe(shown)
  })

  it.each([
    ['carriage returns', '10 %\r50 %\r100 %\r', '100 %'],
    ['columns', `10 %${ESC}[1G50 %${ESC}[G100 %${ESC}[0G`, '100 %'],
    ['erasing, as readline does', `${ESC}[2K${ESC}[1G10 %${ESC}[2K${ESC}[1G100 %`, '100 %'],
    ['erasing, as tqdm does', `10 %\r${ESC}[K100 %\r`, '100 %'],
    ['going up', `second${ESC}[1A\rfirst`, 'first'],
    ['colours after the last state', `50 %\r100 %\r${ESC}[0m`, '100 %'],
    ['nothing that was erased', `100 %\r${ESC}[K`, ''],
    ['nothing that was erased', `100 %${ESC}[2K${ESC}[1G`, ''],
    ['nothing that was written over', '100 %\r     \r', '     '],
  ])('of a progress bar with %s its last state', (_, line, shown) => {
    expect(shownLine(line, 100)).toBe(shown)
  })

  it.each([';#', '[', ';', '1;', `${ESC}]`, `${ESC}[`, 'a;', '\r', '\uD83E', ' '])(
    '%j many times, quickly',
    (piece) => {
      const line = `${ESC}${piece.repeat(100_000)}`
      const cpuTime = startCpuTimer()
      shownLine(line, 100)
      openLine(line, 100)
      expect(cpuTime()).toBeLessThan(2_000)
    },
  )
})

it('nothing that a terminal obeys is left, whatever was written', () => {
  const piece = fc.oneof(
    fc.constantFrom(ESC, '\u009B', '[', ']', '\r', '2K', '1G', ';', '\u0007', '\\', 'm', '🦢', '\uD83E'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const line = pieces.join('').replaceAll('\n', '')
      const shown = shownLine(line, 50)
      expect(shown.length).toBeLessThanOrEqual(50)
      // oxlint-disable-next-line no-control-regex
      expect(shown).not.toMatch(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F]|\p{Cs}/u)
      expect(shownLine(openLine(line, 1_000), 50)).toBe(shown)
    }),
  )
})
