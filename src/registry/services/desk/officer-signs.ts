import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { Refusal, demand, encodeCbor, encodeSlot, type Slot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { slotsKept } from '../../model/gathered-slots.ts'
import type { Officer } from '../people/officers.ts'
import { passkeySlot, slotChallenge } from '../people/passkey-slot.ts'
import { relyingPartyOf } from '../people/passkeys.ts'
import { caseById } from '../cases.ts'
import { addSignatures, type Signed } from '../signatures.ts'
import { viewsOf } from './decisions.ts'
import { leaveCase, takenCase } from './takings.ts'

const TYPE = 'application/stolen-order+cbor'
/** Slots of a lock. */
const PROPOSER = 1
const APPROVER = 2

/** A lock that waits in a case, and which officers have signed it. */
export interface LockDraft {
  readonly id: string
  readonly payload: Uint8Array
  readonly slots: ReadonlyMap<number, Slot>
  readonly proposer: string | null
  readonly approver: string | null
}

/** What a browser needs to ask this officer's passkey for his slot. */
export interface OfficersSignature {
  readonly draft: LockDraft
  readonly slot: number
  readonly options: PublicKeyCredentialRequestOptionsJSON
}

/** The lock that gathers signatures in a case; null where none does. */
export async function lockDraftOf(context: Context, caseId: string): Promise<LockDraft | null> {
  const row = await context.db
    .selectFrom('drafts')
    .select(['id', 'payload', 'signatures'])
    .where('case_id', '=', caseId)
    .where('act', '=', 'lock')
    .where('state', '=', 'collecting')
    .orderBy('at_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  const slots = slotsKept(row.signatures)
  const signer = (position: number) => {
    const slot = slots.get(position)
    const links = slot === undefined ? [] : context.sequencer.ledger.authorities.ofKey(slot.kid)
    return links.at(-1)?.cert.sub ?? null
  }
  return {
    id: row.id,
    payload: new Uint8Array(row.payload),
    slots,
    proposer: signer(PROPOSER),
    approver: signer(APPROVER),
  }
}

/**
 * Which slot of a case's lock this officer signs. The second says what he sees before he learns why the
 * first signed. @throws {Refusal} not-found, same-officer, wrong-state, forbidden, case-taken, case-needed
 */
export async function officersSignature(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<OfficersSignature> {
  await takenCase(context, officer, caseId)
  const draft = await lockDraftOf(context, caseId)
  demand(draft !== null, 'not-found', 'no order waits in this case')
  demand(draft.proposer !== officer.sub, 'same-officer', 'the officer who proposed cannot approve')
  demand(draft.approver === null, 'wrong-state', 'both officers have signed')
  const views = await viewsOf(context, caseId)
  const own = views.find((one) => one.officer === officer.sub)
  demand(own !== undefined, 'forbidden', 'say first what you see in the evidence')
  return {
    draft,
    slot: draft.proposer === null ? PROPOSER : APPROVER,
    options: {
      challenge: Buffer.from(slotChallenge(TYPE, draft.payload, officer.key)).toString('base64url'),
      rpId: relyingPartyOf(context, 'officer').rpId,
      ...(officer.credential !== null && {
        allowCredentials: [{ id: officer.credential, type: 'public-key' }],
      }),
      userVerification: 'required',
    },
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
