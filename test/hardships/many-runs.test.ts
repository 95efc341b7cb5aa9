import { describeManyRuns } from './many-runs.ts'

// The attack has five times as many.
describeManyRuns(20)
