import { describeManyRuns } from './many-runs.ts'

// The attack has many more.
describeManyRuns(20)
