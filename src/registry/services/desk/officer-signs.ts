import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { Refusal, demand, encodeCbor, encodeSlot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { signatureWanted, type Officer } from '../people/officers.ts'
import { passkeySlot } from '../people/passkey-slot.ts'
import { caseById } from '../cases.ts'
import { addSignatures, type Signed } from '../signatures.ts'
import { viewsOf } from './decisions.ts'
import { APPROVER, PROPOSER, isOver, lockDraftOf, type LockDraft } from './lock-draft.ts'
import { phoneNow } from './phone-now.ts'
import { leaveCase, takenCase } from './takings.ts'

/** What a browser needs to ask this officer's passkey for his slot. */
export interface OfficersSignature {
  readonly draft: LockDraft
  readonly slot: number
  readonly options: PublicKeyCredentialRequestOptionsJSON
}

/**
 * Which slot of a case's lock this officer signs. The second says what he sees before he learns why the
 * first signed. @throws {Refusal} not-found, same-officer, wrong-state, forbidden, case-taken, case-needed;
 * of-mismatch: the hold it continues is over
 */
export async function officersSignature(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<OfficersSignature> {
  const { subjectId } = await takenCase(context, officer, caseId)
  const draft = await lockDraftOf(context, caseId)
  demand(draft !== null, 'not-found', 'no order waits in this case')
  const { inForce } = await phoneNow(context, subjectId)
  demand(!isOver(draft, inForce), 'of-mismatch', "the owner's lock that it continues has ended")
  demand(draft.proposer !== officer.sub, 'same-officer', 'the officer who proposed cannot approve')
  demand(draft.approver === null, 'wrong-state', 'both officers have signed')
  const views = await viewsOf(context, caseId)
  const own = views.find((one) => one.officer === officer.sub)
  demand(own !== undefined, 'forbidden', 'say first what you see in the evidence')
  return {
    draft,
    slot: draft.proposer === null ? PROPOSER : APPROVER,
    options: signatureWanted(context, officer, draft.payload),
  }
}

/**
 * Puts an officer's signature to the lock of a case and lets go of it: the next one is somebody else's.
 * @throws {Refusal} assertion, signature, same-officer, wrong-state, replay, cap-exceeded
 */
export async function signAsOfficer(
  context: Context,
  officer: Officer,
  signed: { readonly caseId: string; readonly response: AuthenticationResponseJSON },
): Promise<void> {
  const { caseId, response } = signed
  const { draft, slot } = await officersSignature(context, officer, caseId)
  const signature = passkeySlot(officer.key, response)
  await added(context, { draftId: draft.id, slot, signature })
  await audit(context, officer, slot === PROPOSER ? 'lock.propose' : 'lock.approve', { caseId })
  await leaveCase(context, officer, caseId)
}

async function added(
  context: Context,
  one: Parameters<typeof addSignatures>[1][number],
): Promise<Signed> {
  const result = (await addSignatures(context, [one])).get(one.draftId)
  if (result instanceof Refusal) throw result
  demand(result !== undefined, 'not-found', 'no such draft')
  return result
}

/**
 * Asks the log again to take a lock that all have signed. @throws {Refusal} not-found, and why the log refuses:
 * cap-exceeded with its facts
 */
export async function askLogAgain(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<void> {
  await caseById(context, officer, caseId)
  const draft = await lockDraftOf(context, caseId)
  const kept = draft?.slots.get(APPROVER)
  demand(draft !== null && kept !== undefined, 'not-found', 'no order waits in this case')
  const signature = encodeCbor(encodeSlot(kept))
  await added(context, { draftId: draft.id, slot: APPROVER, signature })
}
