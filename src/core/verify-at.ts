import { equal } from './bytes.ts'
import type { Authorities } from './chain.ts'
import { kidOf, type PublicKey, type VerifyEs256 } from './crypto.ts'
import { verifySlot } from './cose.ts'
import type { Entry } from './entry.ts'
import { demand } from './refusal.ts'

/**
 * Slot `i` of an entry, by the key the chain or the record gives it. `role` says whose passkeys it may
 * be: officers' must not leave their device.
 * @throws {Refusal} signer-set, signature, assertion
 */
export function verifyAt(
  entry: Entry,
  i: number,
  { key, role }: { readonly key: PublicKey; readonly role: string },
  { authorities, verify }: { readonly authorities: Authorities; readonly verify: VerifyEs256 },
): void {
  const slot = entry.body.slots[i]!
  demand(equal(slot.kid, kidOf(key)), 'signer-set', 'signed with another key than it names')
  verifySlot(entry.body, slot, key, {
    verify,
    relyingParties: authorities.root.relyingParties.filter((party) => party.role === role),
    deviceBound: role === 'officer',
  })
}
