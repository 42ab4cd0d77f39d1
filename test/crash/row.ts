/** What one pool came to: N not in the log, P in the log · F stop, reload, verify, C goes on. */
export type Outcome =
  'N F' | 'N C' | 'P F' | 'P C' | 'N' | 'P' | 'N or P' | 'refused' | 'reads only'

/** One cell of the matrix: what is done to the log, and what has to come of it. */
export interface Cell {
  readonly engine: 'embedded' | 'server'
  readonly step: string
  readonly fault: string
  readonly stated: Outcome
  /** Makes the fault, heals the log, audits all of it. @throws {Error} when anything is not as it must be */
  readonly run: () => Promise<Outcome>
}

/** What was found. */
export interface Row extends Omit<Cell, 'run'> {
  readonly found: Outcome | '-'
  /** `clean`, or the first thing that is not. */
  readonly audit: string
  readonly ok: boolean
}

export async function runCell({ run, ...cell }: Cell): Promise<Row> {
  try {
    const found = await run()
    const ok = cell.stated.split(' or ').includes(found)
    return { ...cell, found, audit: 'clean', ok }
  } catch (error) {
    const audit = error instanceof Error ? error.message : String(error)
    return { ...cell, found: '-', audit, ok: false }
  }
}
