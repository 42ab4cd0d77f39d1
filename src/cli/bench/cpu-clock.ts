/** Seconds of processor time this process has used, those of its garbage collector included. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
