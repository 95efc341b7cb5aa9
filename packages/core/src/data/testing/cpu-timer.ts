/**
 * Measures how much processor time this process takes, which other load on the machine does not change as it does the
 * time on the wall. Bounds on it still have to be generous: they are there for work that grows out of proportion.
 *
 * @returns A function that answers the milliseconds since.
 */
export function startCpuTimer(): () => number {
  const begin = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1_000
  }
}
