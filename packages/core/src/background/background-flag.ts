const FLAG = Symbol.for('swanlab.background')
const flags = globalThis as { [FLAG]?: boolean }

/** This process only drives callbacks. In all copies of this package: a loader may bring another one. */
export function markAsBackground(): void {
  flags[FLAG] = true
}

/** Was {@link markAsBackground} called? A run that is started here would start the next background process. */
export function isBackground(): boolean {
  return flags[FLAG] === true
}
