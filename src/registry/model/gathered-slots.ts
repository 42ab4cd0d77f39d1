import {
  decodeCbor,
  encodeCbor,
  encodeSlot,
  fromBase64,
  parseSlot,
  toBase64,
  verifySlot,
  type ContentType,
  type PublicKey,
  type Slot,
} from '../../core/index.ts'
import type { Trust } from '../../wire/index.ts'

/** A payload that gathers signatures one by one. */
export interface Gathering {
  readonly contentType: ContentType
  readonly payload: Uint8Array
}

/** Signatures as a row keeps them (jsonb): the CBOR of each slot in base64, by its position. */
export function slotsKept(stored: unknown): Map<number, Slot> {
  return new Map(
    Object.entries(stored as Readonly<Record<string, string>>).map(([position, slot]) => [
      Number(position),
      parseSlot(decodeCbor(fromBase64(slot))),
    ]),
  )
}

/** As JSON, to be merged into what a row keeps. */
export function slotsToKeep(slots: Iterable<readonly [position: number, slot: Slot]>): string {
  return JSON.stringify(
    Object.fromEntries(
      [...slots].map(([position, slot]) => [position, toBase64(encodeCbor(encodeSlot(slot)))]),
    ),
  )
}

/** As they stand in the entry. */
export function inOrder(slots: ReadonlyMap<number, Slot>): readonly Slot[] {
  return [...slots].toSorted(([a], [b]) => a - b).map(([, slot]) => slot)
}

/**
 * A slot is checked when it comes in, so that whoever signed hears at once what is wrong; what it does
 * among the others is the ledger's to say. @throws {Refusal} signature, assertion
 */
export function verifyGathered(
  { contentType, payload }: Gathering,
  slot: Slot,
  { key, role }: { readonly key: PublicKey; readonly role: string },
  { root, verify }: Trust,
): void {
  verifySlot({ contentType, payload, slots: [slot] }, slot, key, {
    verify: verify.es256,
    relyingParties: root.relyingParties.filter((party) => party.role === role),
    deviceBound: role === 'officer',
  })
}
