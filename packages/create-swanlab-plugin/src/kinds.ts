/** What a plugin can be for: a folder of `templates` each. */
export type Kind = 'notifier' | 'exporter' | 'rule' | 'backend'

export interface KindInfo {
  /** Ends the sentence "a plugin that …". */
  readonly does: string
  /** Packages of SwanLab that it takes beside the core. */
  readonly dependencies: readonly string[]
}

export const KINDS: Readonly<Record<Kind, KindInfo>> = {
  notifier: { does: 'sends a message when a run ends or raises an alert', dependencies: ['@swanlab/notification'] },
  exporter: { does: 'writes runs down somewhere else', dependencies: [] },
  rule: { does: 'watches metrics, raises alerts, and asks the training to stop', dependencies: [] },
  backend: { does: 'keeps runs by itself', dependencies: [] },
}

/** @throws Error that names all kinds. */
export function kindOf(text: string): Kind {
  if (Object.hasOwn(KINDS, text)) return text as Kind
  throw new Error(`--kind takes ${Object.keys(KINDS).join(', ')}, but got ${JSON.stringify(text)}.`)
}
