import type { ColorPair } from '@swanlab/core/internal'

/** Source: SwanLab 0.6.8, `data/namer.py`; the order and the two repetitions are its own. */
const ANIMALS = (
  'swan rat ox tiger rabbit dragon snake horse goat monkey rooster dog pig cat elephant penguin kangaroo monkey panda ' +
  'tiger lion zebra'
).split(' ')

/** Source: SwanLab's palette. */
const COLORS = [
  ...['#528d59', '#587ad2', '#c24d46', '#9cbe5d', '#6ebad3', '#dfb142', '#6d4ba4', '#8cc5b7'],
  ...['#892d58', '#40877c', '#d0703c', '#d47694', '#e3b292', '#b15fbb', '#905f4a', '#989fa3'],
] as const

/** `swan-1` for the first run of a project, `rat-2` for the second. @param index - Number of earlier runs. */
export function defaultName(index: number): string {
  return `${ANIMALS[index % ANIMALS.length]}-${index + 1}`
}

/** The colours of a project's run. @param index - Number of earlier runs. */
export function defaultColors(index: number): ColorPair {
  const color = COLORS[index % COLORS.length]!
  return [color, color]
}
