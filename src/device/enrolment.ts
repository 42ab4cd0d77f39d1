import {
  coseKey,
  demand,
  encodeCbor,
  equal,
  sign1,
  thumbprint,
  toBase64,
  type Signer,
} from '../core/index.ts'
import { readTrust, type EnrolmentRequest } from '../wire/index.ts'
import type { z } from 'zod'
import type { Inside } from './inside.ts'
import type { Home } from './secure-store.ts'

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
  /** Where the owner wants to be told what is done with the phone. */
  readonly mail?: string
}

/** The phone's own part of it. */
interface OwnPart {
  readonly eat: Uint8Array
  readonly nonce: Uint8Array
  /** Thumbprint of the dak. */
  readonly device: Uint8Array
}

function enrolmentRequest(
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
    ...(given.mail !== undefined && { mail: given.mail }),
  }
}

function ownerProof(owner: Signer, nonce: Uint8Array, device: Uint8Array) {
  const proof = sign1('application/stolen-owner+cbor', [nonce, device], owner)
  return { key: toBase64(encodeCbor(coseKey(owner.key))), proof: toBase64(proof) }
}

/**
 * @throws {Refusal} owner-key: it has another owner · log-unknown, identity-conflict: it is at home
 * elsewhere · attestation-needed, imei-mismatch, unavailable …
 */
export async function enrol(inside: Inside, enrolment: Enrolment) {
  const { memory, registry } = inside
  inside.demandOn()
  const { ownerKey } = enrolment
  const owner = ownerKey && thumbprint(ownerKey.key)
  const before = memory.known.owner
  const same = !owner || before === null || equal(owner, before)
  demand(same, 'owner-key', 'this phone has another owner')
  const nonce = await registry.nonce()
  const eat = await inside.attest(nonce, owner)
  const device = thumbprint(memory.store.dak)
  const answer = await registry.enrol(enrolmentRequest(enrolment, { eat, nonce, device }))
  await memory.inTurn(() => settle(inside, answer.home, owner))
  return answer
}

/** Once at home in a log, always: else a second enrolment elsewhere would undo the orders of the first. */
async function settle(
  { memory, verify }: Inside,
  home: Home,
  owner: Uint8Array | undefined,
): Promise<void> {
  const { known } = memory
  const { plain } = readTrust(known.root, verify)
  const isKnown = plain.logs.some(({ key }) => key.name === home.log)
  demand(isKnown, 'log-unknown', 'enrolled in a log that the root document does not name')
  const before = known.home ?? home
  const isSame = before.log === home.log && before.authority === home.authority
  demand(isSame, 'identity-conflict', 'this phone is at home in another log')
  await memory.persist({ ...known, home, ...(owner && { owner }) })
}
