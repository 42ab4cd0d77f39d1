import { Refusal, chainOf, fromHex } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Caller } from '../../model/caller.ts'

/** A cap that is used up now. */
export interface CapReached {
  /** Whose it is. */
  readonly authority: string
  readonly window: string
  readonly limit: number
  /** Unix ms; null: by itself never, for it is zero. */
  readonly freesAt: number | null
  /** Who may raise it; null: the holders of the root keys. */
  readonly raisedBy: string | null
}

/** Which cap stops this officer's force from one more lock at this moment; null: none. */
export function capReached({ sequencer }: Context, officer: Caller): CapReached | null {
  const { ledger } = sequencer
  const links = ledger.authorities.ofKey(fromHex(officer.kid)).slice(-1)
  if (links.length === 0) return null
  const subs = new Set(links.flatMap((link) => chainOf(link)).map(({ cert }) => cert.sub))
  try {
    ledger.demandCap({ subs, links }, 'lock', sequencer.now())
    return null
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'cap-exceeded') throw error
    const { authority, window, limit, freesAtSeconds } = error.facts
    const name = String(authority)
    const holder = ledger.authorities.named(name).at(-1)
    return {
      authority: name,
      window: String(window),
      limit: Number(limit),
      freesAt: Number(freesAtSeconds) > 0 ? Number(freesAtSeconds) * 1000 : null,
      raisedBy: holder?.parent?.cert.sub ?? null,
    }
  }
}
