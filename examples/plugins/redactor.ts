import type { Callback } from 'swanlab'

/** Keeps customers out of everything that a run records, sends or shows. */
export function redactor(customers: readonly string[]): Callback {
  return {
    name: 'redactor',
    // From the first moment on, in every output: configuration, terminal, errors, alerts, names, keys of metrics.
    redact: { keys: ['customer'], patterns: [...customers, /\b[A-Z]{2}\d{2}[A-Z\d]{11,30}\b/] },
    // Only what is recorded: the program goes on reading its own values.
    onInit: ({ config }) => ({ config: { ...config, dataset: 'of a customer' } }),
  }
}
