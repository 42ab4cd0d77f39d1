/** The value that a share of them does not exceed; NaN of none. @param sorted rising @param q above 0, up to 1 */
export function quantileOf(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? Number.NaN
}
