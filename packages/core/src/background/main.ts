import { Lifeline } from './lifeline.ts'

// First of all: the training may die at any moment, and how it did can only be seen while it does.
const lifeline = new Lifeline(process.stdout)
const { attend } = await import('./attend.ts')
await attend(lifeline)
