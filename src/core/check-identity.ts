import { equal, toHex } from './bytes.ts'
import { isWithin } from './certificate.ts'
import { chainOf, type Authorities, type Link } from './chain.ts'
import type { VerifyEs256 } from './crypto.ts'
import type { Entry } from './entry.ts'
import type { BookedIdentity, IdentityBook } from './identity-book.ts'
import { MAX_PAIR_SECONDS, type IdentityRecord } from './identity-record.ts'
import { demand } from './refusal.ts'
import { holder, verifyAt } from './verify-at.ts'

/** An identity record whose chain, signatures and place hold. Which number it means is another question. */
export interface CheckedIdentity {
  readonly record: IdentityRecord
  /** Log time in ms. */
  readonly t: number
  /** Names in the chains of all slots, once each: whose caps a pair uses up. */
  readonly subs: ReadonlySet<string>
  readonly links: readonly Link[]
}

/** What a record is judged against. */
export interface IdentityContext {
  readonly index: number
  /** Origin of the log it stands in. */
  readonly log: string
  readonly authorities: Authorities
  readonly verify: VerifyEs256
  readonly book: IdentityBook
}

type Signer = 'registry' | 'force' | 'officer'

/** Who signs, in slot order. What ends a record is signed by the same kind of authority as the record. */
export const IDENTITY_SLOTS = {
  conflict: ['registry'],
  pair: ['force', 'officer', 'officer'],
  endOfConflict: ['registry'],
  endOfPair: ['force', 'officer'],
} as const satisfies Readonly<Record<string, readonly Signer[]>>
export type IdentityForm = keyof typeof IDENTITY_SLOTS

/**
 * Everything about an identity record that stands in the log itself.
 * @throws {Refusal} log-unknown, of-mismatch, oid-reused, signer-set, chain, cert-time, distrusted, scope, window,
 * signature, assertion
 */
export function checkIdentityRecord(
  entry: Entry,
  record: IdentityRecord,
  context: IdentityContext,
): CheckedIdentity {
  demand(record.log === context.log, 'log-unknown', 'a record for another log')
  const ended = record.of === null ? null : checkEnd(record, record.of, entry.t, context.book)
  const isFresh = ended !== null || !context.book.has(record.com)
  demand(isFresh, 'oid-reused', 'a record with this commitment is already logged')
  const links = checkSigners(entry, slotsOf(record, ended), ended, context)
  for (const [i, link] of links.entries()) verifyAt(entry, i, holder(link), context)
  if (record.exp !== null) checkWindow(record.exp, entry.t)
  const subs = new Set(links.flatMap((link) => chainOf(link)).map(({ cert }) => cert.sub))
  return { record, t: entry.t, subs, links }
}

/** What an end ends. @throws {Refusal} of-mismatch */
function checkEnd(
  { com }: IdentityRecord,
  of: number,
  t: number,
  book: IdentityBook,
): BookedIdentity {
  const named = book.standing(of)
  demand(named !== undefined, 'of-mismatch', 'names no conflict or pair that stands')
  const { exp } = named.record
  demand(exp === null || Math.floor(t / 1000) <= exp, 'of-mismatch', 'names a pair that is over')
  demand(equal(com, named.record.com), 'of-mismatch', 'has another commitment than what it ends')
  return named
}

function slotsOf({ type }: IdentityRecord, ended: BookedIdentity | null): readonly Signer[] {
  if (type !== 'end') return IDENTITY_SLOTS[type]
  return ended!.record.type === 'pair' ? IDENTITY_SLOTS.endOfPair : IDENTITY_SLOTS.endOfConflict
}

/** Exactly these slots, by different people and keys, all entitled. */
function checkSigners(
  { body, t }: Entry,
  signers: readonly Signer[],
  ended: BookedIdentity | null,
  { authorities, index }: IdentityContext,
): readonly Link[] {
  const { slots } = body
  demand(slots.length === signers.length, 'signer-set', `needs ${signers.length} signatures`)
  const kids = new Set(slots.map(({ kid }) => toHex(kid)))
  demand(kids.size === slots.length, 'signer-set', 'one key signed twice')
  const links = slots.map(({ kid }) => authorities.signer(kid, t, index))
  for (const [i, signer] of signers.entries()) checkSigner(signer, links[i]!, links[0]!, ended)
  const names = new Set(links.map(({ cert }) => cert.sub))
  demand(names.size === links.length, 'signer-set', 'one officer signed twice')
  return links
}

/**
 * `first`: who answers for the record. What ends one is signed by the force of that record or an
 * ancestor; a registry by any of the same nation, for its key may have been replaced.
 */
function checkSigner(
  signer: Signer,
  link: Link,
  { cert: first }: Link,
  ended: BookedIdentity | null,
): void {
  const { cert } = link
  const isAbove = (name: string) => ended === null || isWithin(ended.auth, name)
  const isForce = cert.role === 'force' || (ended !== null && cert.role === 'national')
  const right = {
    registry: () => cert.role === 'registry' && isAbove(cert.iss),
    force: () => isForce && isAbove(cert.sub),
    officer: () => cert.role === 'officer' && isWithin(cert.sub, first.sub),
  }
  demand(right[signer](), 'signer-set', `${cert.role} does not sign here as ${signer}`)
  demand(cert.use !== 'issue', 'signer-set', "a force's issuing key signs no records")
  if (signer === 'registry') return
  for (const { cert: above } of chainOf(link))
    demand(above.scope.acts.includes('pair'), 'scope', `${above.sub} may make no pairs`)
}

/** @throws {Refusal} window */
function checkWindow(exp: number, t: number): void {
  const seconds = Math.floor(t / 1000)
  demand(exp > seconds, 'window', 'a pair that is over before it begins')
  demand(exp - seconds <= MAX_PAIR_SECONDS, 'window', 'a pair for more than 400 days')
}
