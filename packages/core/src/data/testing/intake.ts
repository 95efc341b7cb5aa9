import type { LogRecord } from '../../kernel/payloads.ts'
import { LogIntake } from '../log-intake.ts'

/** An intake, its `accept` at a fixed time, and what it has said. */
export function startIntake(): {
  intake: LogIntake
  log: (data: unknown, step?: unknown) => LogRecord | undefined
  said: string[]
} {
  const said: string[] = []
  const intake = new LogIntake((_, message) => said.push(message))
  return { intake, said, log: (data, step) => intake.accept(data, step, 1_000) }
}
