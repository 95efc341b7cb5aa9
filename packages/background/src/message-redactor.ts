import { processRedactor, type SentRules } from '@swanlab/core/internal'

/** Takes secrets out of this library's own messages, also where the run is recorded without a mask. */
export function messageRedactor(redact: SentRules | undefined): (message: string) => string {
  const { text } = processRedactor(redact && { ...redact, defaults: true })
  return (message) => text(message, 'message')
}
