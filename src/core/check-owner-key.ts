import { equal, toHex } from './bytes.ts'
import { isWithin } from './certificate.ts'
import type { Authorities, Link } from './chain.ts'
import type { OwnerKeyChange } from './afterwards.ts'
import { ownerCommitment } from './commitment.ts'
import { kidOf, type PublicKey, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import type { Entry } from './entry.ts'
import { currentOwnerKey, type Outstanding } from './lifecycle.ts'
import {
  ERROR_WINDOW,
  OWNER_KEY_DELAY,
  parseOwnerKeyRecord,
  type Basis,
  type OwnerKeyRecord,
} from './owner-key-record.ts'
import { demand } from './refusal.ts'
import { holder, verifyAt } from './verify-at.ts'

/** Who signs before the new owner, in slot order. `old` is the owner's key until now. */
export const OWNER_KEY_SLOTS: Readonly<
  Record<Basis, readonly ('intake' | 'force' | 'officer' | 'second' | 'old')[]>
> = {
  oldKey: ['intake', 'old'],
  counter: ['force', 'officer', 'officer'],
  title: ['force', 'officer', 'officer', 'second'],
  error: ['force', 'officer', 'officer'],
}

/** What the record is judged against. */
export interface OwnerKeyContext {
  readonly index: number
  /** Origin of the log it stands in. */
  readonly log: string
  readonly authorities: Authorities
  readonly verify: VerifyEs256
  /** The hold or lock it names, in force, and its log time in ms. */
  readonly named: { readonly outstanding: Outstanding; readonly t: number }
  readonly changes: readonly OwnerKeyChange[]
}

/**
 * Judges an owner-key record as it stands in the log. The new owner's own slot cannot be verified
 * yet, since only a commitment to his key is public: `confirmNewOwner` does it when he releases.
 * @throws {Refusal} log-unknown, fields, signer-set, chain, cert-time, distrusted, scope, signature, assertion,
 * owner-key, owner-delay, of-mismatch
 */
export function checkOwnerKeyRecord(entry: Entry, context: OwnerKeyContext): OwnerKeyChange {
  const record = parseOwnerKeyRecord(entry.body.payload)
  demand(record.log === context.log, 'log-unknown', 'a record for another log')
  const signers = OWNER_KEY_SLOTS[record.basis]
  const { slots } = entry.body
  demand(
    slots.length === signers.length + 1,
    'signer-set',
    `${record.basis} needs ${signers.length + 1} signatures`,
  )
  demand(
    new Set(slots.map(({ kid }) => toHex(kid))).size === slots.length,
    'signer-set',
    'one key signed twice',
  )
  const links = signers.flatMap((signer, i) =>
    signer === 'old' ? [] : [{ signer, i, link: signerAt(entry, i, context) }],
  )
  const [first] = links
  for (const { signer, link } of links)
    checkSigner(signer, link, first!.link, context.named.outstanding)
  const officers = links.filter(({ signer }) => signer === 'officer')
  demand(
    new Set(officers.map(({ link }) => link.cert.sub)).size === officers.length,
    'signer-set',
    'one officer signed twice',
  )
  for (const { i, link } of links) verifyAt(entry, i, holder(link), context)
  if (record.okey) {
    checkOldKey(record.okey, entry.t, context)
    const old = { key: record.okey.key, role: 'owner' }
    verifyAt(entry, signers.indexOf('old'), old, context)
  }
  if (record.basis === 'error') checkError(entry.t, context)
  return {
    okc: record.okc,
    from: entry.t + OWNER_KEY_DELAY[record.basis],
    isForError: record.basis === 'error',
    body: entry.body,
  }
}

/** The new owner's slot of the record, now that his key is known. @throws {Refusal} owner-key, signature, assertion */
export function confirmNewOwner(
  change: OwnerKeyChange,
  key: PublicKey,
  authorities: Authorities,
  verify: VerifyEs256,
): void {
  const slot = change.body.slots.at(-1)!
  demand(equal(slot.kid, kidOf(key)), 'owner-key', 'the record was signed by another new owner')
  const relyingParties = authorities.root.relyingParties.filter(({ role }) => role === 'owner')
  verifySlot(change.body, slot, key, { verify, relyingParties })
}

function signerAt(entry: Entry, i: number, { authorities, index }: OwnerKeyContext): Link {
  return authorities.signer(entry.body.slots[i]!.kid, entry.t, index)
}

/** `first`: the force that answers for the record: that of the order, or an ancestor. */
function checkSigner(
  signer: 'intake' | 'force' | 'officer' | 'second',
  { cert }: Link,
  { cert: first }: Link,
  outstanding: Outstanding,
): void {
  const right = {
    intake: () => cert.role === 'intake' && isWithin(outstanding.auth, cert.iss),
    force: () =>
      (cert.role === 'force' || cert.role === 'national') && isWithin(outstanding.auth, cert.sub),
    officer: () => cert.role === 'officer' && isWithin(cert.sub, first.sub),
    second: () => cert.role === 'force' && nationOf(cert.sub) !== nationOf(first.sub),
  }
  demand(right[signer](), 'signer-set', `${cert.role} does not sign here as ${signer}`)
  demand(cert.use !== 'issue', 'signer-set', "a force's issuing key signs no records")
  demand(
    cert.role === 'officer' || cert.scope.acts.includes('release'),
    'scope',
    `${cert.sub} may not release`,
  )
}

function nationOf(sub: string): string {
  return sub.split(/[./]/)[0]!
}

function checkOldKey(
  { salt, key }: NonNullable<OwnerKeyRecord['okey']>,
  t: number,
  { named, changes }: OwnerKeyContext,
): void {
  const { okc } = currentOwnerKey(named.outstanding, t, changes)
  demand(okc !== null, 'owner-key', 'no owner key stands behind this order yet')
  demand(equal(ownerCommitment(salt, key), okc), 'owner-key', 'not the owner key until now')
}

function checkError(t: number, { named }: OwnerKeyContext): void {
  const { act, okc } = named.outstanding
  demand(act === 'lock' && okc === null, 'owner-key', 'an owner key stands behind this order')
  demand(t - named.t <= ERROR_WINDOW, 'window', 'more than 72 hours after the lock')
}
