import {
  MAX_PRIVATE,
  MAX_PUBLIC,
  create,
  load,
  unseal,
  type ObjectBlob,
} from './object-commands.ts'
import { using } from './places.ts'
import { PolicySession } from './policy-session.ts'
import type { Digest } from './policy.ts'
import { sealedArea } from './public-area.ts'
import { Reader } from './reader.ts'
import type { Tpm } from './tpm.ts'
import { concat, sized } from './writer.ts'

/** Two areas and their lengths. */
export const MAX_SEALED_BYTES = MAX_PRIVATE + MAX_PUBLIC + 4

/** Seals data under a parent to a policy. @returns bytes that only this TPM can use */
export async function sealTo(
  tpm: Tpm,
  parent: number,
  policy: Digest,
  data: Uint8Array,
): Promise<Uint8Array> {
  const { privateArea, publicArea } = await create(tpm, parent, sealedArea(policy), data)
  return concat(sized(privateArea), sized(publicArea))
}

/** @throws {Refusal} store: not sealed here, or `fulfil` did not fulfil its policy */
export function unsealWith(
  tpm: Tpm,
  parent: number,
  sealed: Uint8Array,
  fulfil: (session: PolicySession) => Promise<void>,
): Promise<Uint8Array> {
  return PolicySession.during(tpm, async (session) => {
    await fulfil(session)
    return using(tpm, load(tpm, parent, parseSealed(sealed)), (object) =>
      unseal(tpm, object, session.handle),
    )
  })
}

function parseSealed(bytes: Uint8Array): ObjectBlob {
  const reader = new Reader(bytes)
  const blob = { privateArea: reader.sized(MAX_PRIVATE), publicArea: reader.sized(MAX_PUBLIC) }
  reader.done()
  return blob
}
