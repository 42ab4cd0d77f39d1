import { coseKey, encodeCbor, sign1, toBase64, type Signer } from '../core/index.ts'
import type { EnrolmentRequest } from '../wire/index.ts'
import type { z } from 'zod'

/** What the maker and the shop hand over at enrolment. */
export interface Enrolment {
  /** The maker's batch statement. */
  readonly statement: Uint8Array
  /** This phone's record in the batch, its index, and its path to the statement's root. */
  readonly record: Uint8Array
  readonly index: number
  readonly path: readonly Uint8Array[]
  readonly model: string
  readonly ownerKey?: Signer
}

/** The phone's own part of it. */
interface OwnPart {
  readonly eat: Uint8Array
  readonly nonce: Uint8Array
  /** Thumbprint of the dak. */
  readonly device: Uint8Array
}

export function enrolmentRequest(
  { ownerKey, ...given }: Enrolment,
  { eat, nonce, device }: OwnPart,
): z.infer<typeof EnrolmentRequest> {
  return {
    eat: toBase64(eat),
    statement: toBase64(given.statement),
    record: toBase64(given.record),
    index: given.index,
    path: given.path.map(toBase64),
    model: given.model,
    ...(ownerKey && { owner: ownerProof(ownerKey, nonce, device) }),
  }
}

function ownerProof(owner: Signer, nonce: Uint8Array, device: Uint8Array) {
  const proof = sign1('application/stolen-owner+cbor', [nonce, device], owner)
  return { key: toBase64(encodeCbor(coseKey(owner.key))), proof: toBase64(proof) }
}
