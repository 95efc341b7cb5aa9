import { describeManyRuns } from '../hardships/many-runs.ts'
import { scale } from './scale.ts'

describeManyRuns(scale(300, 40))
