import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { Refusal, decodeCbor, demand, parseSlot } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import { verifyGathered } from '../../model/gathered-slots.ts'
import { takenCase } from '../desk/takings.ts'
import { draftOrder, type Wanted } from '../drafts.ts'
import { signatureWanted, type Officer } from '../people/officers.ts'
import { passkeySlot } from '../people/passkey-slot.ts'
import { addSignatures } from '../signatures.ts'
import { ourReturn } from './found-return.ts'
import { IS_NO_CORRECTION } from './no-correction.ts'

const TYPE = 'application/stolen-order+cbor'
/** The officer's slot of a `found`. */
const FINDER = 1

/** What one officer signs for; the force's key follows on his word. */
export type OfficersAct = 'found' | 'release'

/** Drafts it in a taken case, in the place of what nobody completed. @throws {Refusal} case-taken, case-needed, wrong-state, forbidden: another force has it · owner-key, signer-set */
export async function draftForReturn(
  context: Context,
  officer: Officer,
  caseId: string,
  wanted: Extract<Wanted, { act: OfficersAct }>,
): Promise<void> {
  const { subjectId } = await takenCase(context, officer, caseId)
  if (wanted.act === 'release') await ourReturn(context, officer, subjectId)
  const { id } = await draftOrder(context, officer, caseId, wanted)
  await context.db
    .updateTable('drafts')
    .set({ state: 'void' })
    .where('case_id', '=', caseId)
    .where('act', '=', wanted.act)
    .where('state', '=', 'collecting')
    .where(IS_NO_CORRECTION)
    .where('id', '<>', id)
    .execute()
}

/** The order that waits in a case and what asks an officer's passkey to sign it. @throws {Refusal} not-found, case-taken, case-needed, wrong-state, forbidden */
export async function officersOrder(
  context: Context,
  officer: Officer,
  { caseId, act }: { readonly caseId: string; readonly act: OfficersAct },
): Promise<{
  readonly draft: { readonly id: string; readonly payload: Uint8Array }
  readonly options: PublicKeyCredentialRequestOptionsJSON
}> {
  const { subjectId } = await takenCase(context, officer, caseId)
  if (act === 'release') await ourReturn(context, officer, subjectId)
  const row = await context.db
    .selectFrom('drafts')
    .select(['id', 'payload'])
    .where('case_id', '=', caseId)
    .where('act', '=', act)
    .where('state', '=', 'collecting')
    .where(IS_NO_CORRECTION)
    .orderBy('at_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no order waits in this case')
  const payload = new Uint8Array(row.payload)
  return {
    draft: { id: row.id, payload },
    options: signatureWanted(context, officer, payload),
  }
}

/**
 * His signature: of a `found` its slot, of a release, which has none for him, his word to the force's key.
 * @throws {Refusal} as above; assertion, signature
 */
export async function signForReturn(
  context: Context,
  officer: Officer,
  signed: {
    readonly caseId: string
    readonly act: OfficersAct
    readonly response: AuthenticationResponseJSON
  },
): Promise<void> {
  const { caseId, act, response } = signed
  const { draft } = await officersOrder(context, officer, { caseId, act })
  const signature = passkeySlot(officer.key, response)
  if (act === 'found') {
    const results = await addSignatures(context, [{ draftId: draft.id, slot: FINDER, signature }])
    const result = results.get(draft.id)
    if (result instanceof Refusal) throw result
  } else {
    const slot = parseSlot(decodeCbor(signature, 2048))
    const gathering = { contentType: TYPE, payload: draft.payload } as const
    verifyGathered(gathering, slot, { key: officer.key, role: 'officer' }, context.trust)
    await context.db
      .insertInto('release_vouchers')
      .values({
        draft_id: draft.id,
        officer: officer.sub,
        slot: signature,
        at_ms: context.surroundings.clock(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await audit(context, officer, `${act}.sign`, { caseId })
}
