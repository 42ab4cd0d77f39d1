import type { FreeDiameter } from '../../src/cli/bench/free-diameter.ts'

/** How often one IMEI got one answer. */
export interface Tally {
  /** Its place in the list. */
  readonly which: number
  /** Result-Code, or Experimental-Result-Code where there is none. */
  readonly code: number
  /** Equipment-Status, or -1. */
  readonly status: number
  readonly count: number
}

/** What a client of `s13.c` counted. @throws where it ended without a count */
export async function talliesOf(client: FreeDiameter): Promise<Tally[]> {
  const ended = client.ended.then(() => true)
  while (!/^end$/m.test(client.output)) {
    const hasEnded = await Promise.race([ended, later(50).then(() => false)])
    if (hasEnded) throw new Error(`freeDiameter ended without a count:\n${client.output}`)
  }
  return [...client.output.matchAll(/^(\d+) (-?\d+) (-?\d+) (\d+)$/gm)].map((line) => {
    const [which, code, status, count] = line.slice(1).map(Number) as Numbers
    return { which, code, status, count }
  })
}

type Numbers = [which: number, code: number, status: number, count: number]

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
