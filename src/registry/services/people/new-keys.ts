import type { Context } from '../../context.ts'
import type { Caller } from '../../model/caller.ts'
import { waitsUntil } from './officer-certificates.ts'

/** An officer's key that the log knows and does not let sign yet. */
export interface NewKey {
  /** Name in the certificate. */
  readonly officer: string
  /** Log time, ms. */
  readonly worksFrom: number
}

/** Keys that wait in an officer's force: whoever knows that nobody asked for one has so long to have it voided. */
export function newKeysOf(context: Context, { iss }: Caller): readonly NewKey[] {
  return context.sequencer.ledger.authorities.all.flatMap((link) => {
    if (link.cert.role !== 'officer' || link.cert.iss !== iss) return []
    const worksFrom = waitsUntil(context, link)
    return worksFrom === null ? [] : [{ officer: link.cert.sub, worksFrom }]
  })
}
