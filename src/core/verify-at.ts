import { equal } from './bytes.ts'
import type { Authorities, Link } from './chain.ts'
import { kidOf, type PublicKey, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import type { Entry } from './entry.ts'
import { demand } from './refusal.ts'

/** Whose slot it must be. A certificate's link knows its key id; for other keys it is derived. */
export interface SlotOwner {
  readonly key: PublicKey
  readonly kid?: Uint8Array
  /** Whose passkeys it may be: officers' must not leave their device. */
  readonly role: string
}

/** The holder of a certificate whose chain was checked. */
export const holder = ({ cert, kid }: Link): SlotOwner => ({ key: cert.key, role: cert.role, kid })

/**
 * Slot `i` of an entry, by the key the chain or the record gives it.
 * @throws {Refusal} signer-set, signature, assertion
 */
export function verifyAt(
  entry: Pick<Entry, 'body'>,
  i: number,
  { key, kid = kidOf(key), role }: SlotOwner,
  { authorities, verify }: { readonly authorities: Authorities; readonly verify: VerifyEs256 },
): void {
  const slot = entry.body.slots[i]!
  demand(equal(slot.kid, kid), 'signer-set', 'signed with another key than it names')
  verifySlot(entry.body, slot, key, {
    verify,
    relyingParties: authorities.root.relyingParties.filter((party) => party.role === role),
    deviceBound: role === 'officer',
  })
}
