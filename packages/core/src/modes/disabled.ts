import type { Backend } from '../kernel/backend.ts'

/** Keeps nothing and lets nobody hear anything: the training runs as if there were no tracker. */
export function disabledMode(): Backend {
  return { name: 'swanlab:disabled', silent: true, onInit: () => ({ experimentName: 'run-disabled' }) }
}
