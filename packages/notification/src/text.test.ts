import { expect, test } from 'vitest'
import { composeEnd } from './compose.ts'
import { sampleOutcome } from '@swanlab/core/testing'
import { plainText } from './text.ts'

test('as plain text, a notification reads from top to bottom', () => {
  const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at main (a.ts:1)' }
  expect(plainText(composeEnd(sampleOutcome({ state: 'crashed', error, cause: { type: 'exception' } }), 'en'))).toBe(
    `Your experiment crashed after 12 min 3 s: uncaught exception (Error: no), at step 99; last loss 0.25.

Project: iris
Workspace: botany
Experiment: swan-1
Description: A first try
Link: https://swanlab.cn/@botany/iris/runs/abc
State: crashed
Cause: uncaught exception
Duration: 12 min 3 s
Ended: 2023-11-14 22:25:23 UTC
Steps: 100 logged, last step 99

Error
Error: no
at main (a.ts:1)

Final metrics
- loss: 0.25 (Min 0.25, Max 1.5)

Configuration
- lr: 0.001
- model: mlp

Sent by SwanLab, as the training program asked.`,
  )
})
