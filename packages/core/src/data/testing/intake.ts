import type { LogRecord } from '../../kernel/payloads.ts'
import { ScalarIntake } from '../scalar-intake.ts'

/** An intake, its `accept` at a fixed time, and what it has said. */
export function startIntake(): {
  intake: ScalarIntake
  log: (data: unknown, step?: unknown) => LogRecord | undefined
  said: string[]
} {
  const said: string[] = []
  const intake = new ScalarIntake((_, message) => said.push(message))
  return { intake, said, log: (data, step) => intake.accept(data, step, 1_000) }
}
