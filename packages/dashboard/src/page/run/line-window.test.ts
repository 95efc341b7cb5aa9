import { assert, double, integer, property, record } from 'fast-check'
import { expect, it } from 'vitest'
import { lineWindow, scrollHeight, scrollTopOf } from './line-window.ts'

const HEIGHT = 20

it('reaches the first and the last line, however many there are', () => {
  for (const lines of [1, 30, 1_000, 399_999, 1_000_000, 50_000_000]) {
    const view = 600
    const most = scrollHeight(lines, HEIGHT, view) - view
    expect(scrollHeight(lines, HEIGHT, view)).toBeLessThanOrEqual(8_000_000)
    expect(lineWindow(0, lines, HEIGHT, view)).toMatchObject({ first: 0, offset: 0 })
    expect(lineWindow(most, lines, HEIGHT, view).last).toBe(lines)
  }
})

it('scrolls to any line, and shows it there', () => {
  const any = record({ lines: integer({ min: 1, max: 10_000_000 }), view: integer({ min: 50, max: 2_000 }) })
  assert(
    property(any, double({ min: 0, max: 1, noNaN: true }), ({ lines, view }, part) => {
      const line = Math.floor(part * (lines - 1))
      const { first, last } = lineWindow(scrollTopOf(line, view / 2, lines, HEIGHT, view), lines, HEIGHT, view)
      expect(first).toBeLessThanOrEqual(line)
      expect(last).toBeGreaterThan(line)
      expect(last - first).toBeLessThanOrEqual(view / HEIGHT + 3)
    }),
  )
})
