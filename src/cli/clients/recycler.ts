import { Refusal, type Signer } from '../../core/index.ts'
import { DraftAnswer } from '../../wire/index.ts'
import { readDraft, sendSignatures, signDraft, type DraftToSign } from './drafts.ts'
import type { OfficerDesk } from './officer.ts'

/** Slots of a retirement, in order. */
const RECYCLER = 0
const OWNER = 1

/**
 * A recycler's half of a retirement: what comes back goes to the owner, who signs the rest. A phone that
 * is held or stolen is refused, before it is shredded. @throws {Refusal} wrong-state, owner-key, not-found
 */
export async function proposeRetirement(
  desk: OfficerDesk,
  about: { readonly imei: string } | { readonly serial: string },
  recycler: Signer,
): Promise<DraftToSign> {
  const body = { ...about, why: 'recycled' as const }
  const draft = await desk.post('/v1/retirements', body, DraftAnswer)
  const signature = signDraft(readDraft(draft, 'retire'), RECYCLER, recycler)
  await sendSignatures(desk.registryUrl, [signature])
  return draft
}

/** The owner's half. @returns the retirement's place in the log */
export async function confirmRetirement(
  registryUrl: string,
  draft: DraftToSign,
  owner: Signer,
): Promise<number> {
  const signature = signDraft(readDraft(draft, 'retire'), OWNER, owner)
  const [result] = await sendSignatures(registryUrl, [signature])
  if (result?.index === undefined)
    throw new Refusal('signer-set', 'the retirement is not complete yet')
  return result.index
}
