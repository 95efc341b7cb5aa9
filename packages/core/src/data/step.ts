/** Highest step that can be given. Automatic ones go on above it, and stay below the 2^48 that SwanLab's server takes. */
export const MAX_STEP: number = 2 ** 47

/** The step in what a user gave, or what is wrong with it. */
export function checkStep(step: unknown): number | { readonly problem: string } {
  if (typeof step === 'bigint') return checkStep(Number(step))
  if (typeof step !== 'number') return { problem: `a ${typeof step}` }
  if (!Number.isInteger(step) || step < 0) return { problem: String(step) }
  if (step > MAX_STEP) return { problem: `${step}, above 2^47` }
  return step === 0 ? 0 : step
}
