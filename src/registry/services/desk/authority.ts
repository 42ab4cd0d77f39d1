import { chainOf, worksFrom, type CapNow, type Link, type Power } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Caller } from '../../model/caller.ts'

const PAGE = 100

/** What a key is worth now: it signs, waits, begins later, is over, or was voided in the log. */
export type Standing = 'works' | 'waits' | 'early' | 'over' | 'void'

/** One certificate of the log. Times in ms. */
export interface AuthorityKey {
  readonly name: string
  readonly role: Link['cert']['role']
  /** Of a force's two keys. */
  readonly use: Link['cert']['use']
  readonly acts: readonly Power[]
  readonly from: number
  readonly until: number
  readonly standing: Standing
  /** Log time from which it may sign. */
  readonly worksFrom: number
  /** Leaf of the certificate; null: the root has to sign it anew. */
  readonly leaf: number | null
}

/** A name whose caps an order of this officer uses up. */
export interface CappedName {
  readonly name: string
  /** Who certifies it, and so may raise its caps, within its own. */
  readonly raisedBy: string
  readonly caps: readonly CapNow[]
}

/** Who may do what, as the log has it. */
export interface AuthorityView {
  readonly caps: readonly CappedName[]
  /** The nation and its forces. */
  readonly authorities: readonly AuthorityKey[]
  /** Officers and intake of the officer's own force, a page of them. */
  readonly members: readonly AuthorityKey[]
  /** Name after which the next page begins. */
  readonly next: string | null
}

/** Caps and keys around an officer: everything of it stands in the public log. @param after a name */
export function authorityOf(context: Context, officer: Caller, after: string): AuthorityView {
  const { sequencer } = context
  const { authorities } = sequencer.ledger
  const own = authorities.named(officer.sub).at(-1)
  const chain = own ? chainOf(own) : []
  const nation = chain.at(-1)?.cert.sub
  const all = authorities.all.toSorted((a, b) => compare(a.cert.sub, b.cert.sub))
  const above = all.filter(
    ({ cert }) =>
      (cert.role === 'national' && cert.sub === nation) ||
      (cert.role === 'force' && cert.iss === nation),
  )
  const members = all.filter(({ cert }) => cert.iss === officer.iss && cert.sub > after)
  // Whole names: one whose keys lie on two pages would seem to have fewer.
  const last = members[PAGE - 1]?.cert.sub
  const shown = members.filter(({ cert }) => last === undefined || cert.sub <= last)
  return {
    caps: chain.map(({ cert: { sub, iss } }) => ({
      name: sub,
      raisedBy: iss,
      caps: sequencer.ledger.caps(sub, sequencer.now()),
    })),
    authorities: above.map((link) => keyOf(context, link)),
    members: shown.map((link) => keyOf(context, link)),
    next: shown.length < members.length ? (last ?? null) : null,
  }
}

function keyOf(context: Context, link: Link): AuthorityKey {
  const { cert, cose } = link
  return {
    name: cert.sub,
    role: cert.role,
    use: cert.use,
    acts: cert.scope.acts,
    from: cert.nbf * 1000,
    until: cert.exp * 1000,
    standing: standingOf(context, link),
    worksFrom: worksFrom(link),
    leaf: context.sequencer.ledger.documentIndex('certificate', cose.payload) ?? null,
  }
}

function standingOf({ sequencer }: Context, link: Link): Standing {
  const { authorities, size } = sequencer.ledger
  const now = sequencer.now()
  const chain = chainOf(link)
  if (chain.some(({ kid }) => authorities.stops.isStopped(kid, size))) return 'void'
  if (chain.some(({ cert }) => cert.exp * 1000 + 999 < now)) return 'over'
  if (worksFrom(link) > now) return 'waits'
  return chain.some(({ cert }) => cert.nbf * 1000 > now) ? 'early' : 'works'
}

/** Names are of a–z, 0–9, hyphen, dot and slash: their order is that of their characters. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
