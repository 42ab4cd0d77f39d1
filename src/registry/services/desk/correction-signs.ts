import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { sql } from 'kysely'
import { decodeCbor, demand, parseSlot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { audit } from '../../model/audit.ts'
import { slotsToKeep, verifyGathered } from '../../model/gathered-slots.ts'
import { subjectById } from '../../model/subjects.ts'
import { tell } from '../notices.ts'
import { signatureWanted, type Officer } from '../people/officers.ts'
import { passkeySlot } from '../people/passkey-slot.ts'
import { correctionDraftOf, reasonsOf, type CorrectionDraft } from './corrections.ts'
import { leaveCase, takenCase } from './takings.ts'

const TYPE = 'application/stolen-order+cbor'
const MAX_SLOT = 2_048
const [PROPOSER, APPROVER] = [1, 2]

/** What a browser needs to ask this officer's passkey for his signature to a correction. */
export interface CorrectionSignature {
  readonly draft: CorrectionDraft
  readonly position: number
  readonly options: PublicKeyCredentialRequestOptionsJSON
}

/**
 * Which of the two officers this one is. They sign the release itself, like a lock; the law wants force and owner
 * in it, so that theirs stand beside it, and the force's desk signs only what has both.
 * @throws {Refusal} not-found, same-officer, wrong-state, forbidden, case-taken, case-needed
 */
export async function correctionSignature(
  context: Context,
  officer: Officer,
  caseId: string,
): Promise<CorrectionSignature> {
  await takenCase(context, officer, caseId)
  const draft = await correctionDraftOf(context, caseId)
  demand(draft !== null, 'not-found', 'nobody has proposed a correction')
  demand(draft.proposer !== officer.sub, 'same-officer', 'the officer who proposed cannot approve')
  demand(draft.officers.size < APPROVER && draft.leaf === null, 'wrong-state', 'both have signed')
  const said = await reasonsOf(context, draft.id)
  const hasSaid = said.some((one) => one.officer === officer.sub)
  demand(hasSaid, 'forbidden', 'say first what was wrong with the lock')
  return {
    draft,
    position: draft.officers.has(PROPOSER) ? APPROVER : PROPOSER,
    options: signatureWanted(context, officer, draft.payload),
  }
}

/**
 * Keeps an officer's signature and lets go of the case. After the second the owner is told, whose key alone
 * completes it. @throws {Refusal} signature, assertion, same-officer, wrong-state
 */
export async function signCorrection(
  context: Context,
  officer: Officer,
  signed: { readonly caseId: string; readonly response: AuthenticationResponseJSON },
): Promise<void> {
  const { caseId, response } = signed
  const { draft, position } = await correctionSignature(context, officer, caseId)
  const slot = parseSlot(decodeCbor(passkeySlot(officer.key, response), MAX_SLOT))
  const gathering = { contentType: TYPE, payload: draft.payload } as const
  verifyGathered(gathering, slot, { key: officer.key, role: 'officer' }, context.trust)
  const isLast = position === APPROVER
  await inTransaction(context.db, async (trx) => {
    const { numAffectedRows } = await sql`
      update corrections set signatures = signatures || ${slotsToKeep([[position, slot]])}::jsonb
      where draft_id = ${draft.id} and not jsonb_exists(signatures, ${String(position)})
        and (${position} = ${PROPOSER} or jsonb_exists(signatures, ${String(PROPOSER)}))`.execute(
      trx,
    )
    demand(numAffectedRows === 1n, 'wrong-state', 'another officer was faster')
    if (isLast) await tellOwner(context, trx, caseId)
  })
  await audit(context, officer, isLast ? 'correction.approve' : 'correction.propose', { caseId })
  await leaveCase(context, officer, caseId)
}

async function tellOwner(
  context: Context,
  trx: Parameters<typeof tell>[1],
  caseId: string,
): Promise<void> {
  const { subject_id } = await trx
    .selectFrom('cases')
    .select('subject_id')
    .where('id', '=', caseId)
    .executeTakeFirstOrThrow()
  const { ids } = await subjectById(trx, subject_id)
  if (ids.dak === null) return
  await tell(context, trx, { device: ids.dak, what: 'lock-error', act: null, readyAt: null })
}
