import { afterAll } from 'vitest'

/** Prints, when a file's tests are done, what was tried and what the TPM said. */
export function printedTable(title: string): (tried: string, outcome: string) => void {
  const rows: string[] = []
  afterAll(() => console.log(['', title, ...rows].join('\n')))
  return (tried, outcome) => void rows.push(`  ${tried.padEnd(72)} ${outcome}`)
}
