import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { sql } from 'kysely'
import { RELEASED_TO, Refusal, demand, parseOrder } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { subjectById } from '../../model/subjects.ts'
import { draftOf, type Draft } from '../drafts.ts'
import { passkeySlot, slotChallenge } from '../people/passkey-slot.ts'
import { relyingPartyOf } from '../people/passkeys.ts'
import { draftWithdrawalOf } from '../reports.ts'
import { returnOf } from '../returns/found-return.ts'
import { codeSaid, unuseReturnCode, useReturnCode } from '../returns/return-code.ts'
import { willOf } from '../returns/secret-word.ts'
import { STEADY_MS, noteThreat, veilNow, veilOver } from '../returns/threats.ts'
import { addSignatures, tryOut } from '../signatures.ts'
import { phoneOfAccount, type AccountKey } from './accounts.ts'
import { newestReport } from './owners-phone.ts'

const TYPE = 'application/stolen-order+cbor'
/** The owner's slot of a release. */
const OWNER = 1

/** What an owner's signature ends: his own hold, a lock in error, or the keeping of a phone that comes back. */
export type OwnersAct = 'withdrawal' | 'error' | 'return'

/** An order that waits for this very passkey, and what a browser needs to ask for it. */
export interface OwnersSignature {
  readonly draft: Draft
  readonly device: Uint8Array
  readonly passkey: AccountKey
  readonly subjectId: string
  readonly kind: OwnersAct
  /** Its label has a code, which is said with the signature. */
  readonly wantsCode: boolean
  readonly options: PublicKeyCredentialRequestOptionsJSON
}

/**
 * Drafts that the owner takes back the hold of his phone; without the card, for the account shows the key.
 * @returns the draft's id @throws {Refusal} not-found, wrong-state, owner-key
 */
export async function takeBackHold(
  context: Context,
  account: string,
  device: Uint8Array,
): Promise<string> {
  const { subject } = await phoneOfAccount(context, account, device)
  const report = await newestReport(context, subject.id)
  demand(report !== undefined, 'wrong-state', 'nothing was reported')
  return (await draftWithdrawalOf(context, report)).id
}

/** @throws {Refusal} not-found: no such order waits for a passkey of this account */
export async function ownersSignature(
  context: Context,
  account: string,
  draftId: string,
): Promise<OwnersSignature> {
  const row = await context.db
    .selectFrom('drafts')
    .innerJoin('subjects', 'subjects.id', 'drafts.subject_id')
    .selectAll('drafts')
    .select('subjects.device_id')
    .where('drafts.id', '=', draftId)
    .where('drafts.act', '=', 'release')
    .where('drafts.state', '=', 'collecting')
    // Police first: what its owner signs is complete.
    .where(sql<boolean>`jsonb_exists(drafts.signatures, '0')`)
    .executeTakeFirst()
  demand(row !== undefined && row.device_id !== null, 'not-found', 'nothing waits for you here')
  const device = new Uint8Array(row.device_id)
  const { passkey } = await phoneOfAccount(context, account, device)
  const found = await returnOf(context, row.subject_id)
  const draft = draftOf(row)
  const challenge = slotChallenge(TYPE, draft.payload, passkey.key)
  const kind = kindOf(row.case_id, draft)
  return {
    draft,
    device,
    passkey,
    subjectId: row.subject_id,
    kind,
    wantsCode: kind === 'return' && (found?.printedAt ?? null) !== null,
    options: {
      challenge: Buffer.from(challenge).toString('base64url'),
      rpId: relyingPartyOf(context, 'owner').rpId,
      allowCredentials: [{ id: passkey.credential, type: 'public-key' }],
      userVerification: 'required',
    },
  }
}

function kindOf(caseId: string | null, { payload }: Draft): OwnersAct {
  if (caseId === null) return 'withdrawal'
  return parseOrder(payload).to === RELEASED_TO.issuedInError ? 'error' : 'return'
}

/**
 * Puts the owner's signature to it, which completes it; of a return with the code of its label. Under threat nothing
 * is done, and all looks and lasts the same.
 * @throws {Refusal} not-found, assertion, signature, wrong-state, replay; second-factor-needed: not his word;
 * return-code, return-code-used, rate-limited
 */
export async function signAsOwner(
  context: Context,
  account: string,
  signed: {
    readonly draft: string
    readonly response: AuthenticationResponseJSON
    readonly word: string
    readonly code: string
  },
): Promise<void> {
  const began = performance.now()
  await demandUnused(context, account, signed)
  const { draft, device, subjectId, passkey, kind } = await ownersSignature(
    context,
    account,
    signed.draft,
  )
  const signature = passkeySlot(passkey.key, signed.response)
  const one = { draftId: draft.id, slot: OWNER, signature }
  await tryOut(context, one)
  const will = await willOf(context, { device, word: signed.word, beside: 'passkey' })
  const said = { subjectId, code: signed.code }
  const seemsUndone = (await veilNow(context, await subjectById(context.db, subjectId))) !== null
  if (seemsUndone || will === 'threatened') {
    const label = kind === 'return' ? await codeSaid(context, said) : null
    demand(!seemsUndone || label === null, ...CODE_USED)
    if (!seemsUndone) await noteThreat(context, { device, act: PRETENDED[kind] })
    // As if it were logged: signed once more it is not found.
    await context.db
      .updateTable('drafts')
      .set({ state: 'void' })
      .where('id', '=', draft.id)
      .where('state', '=', 'collecting')
      .execute()
    demand(!seemsUndone, 'replay', 'this order was overtaken')
  } else {
    if (kind === 'return') await useReturnCode(context, said)
    const result = (await addSignatures(context, [one])).get(draft.id)
    if (result instanceof Refusal) {
      await unuseReturnCode(context, subjectId)
      throw result
    }
  }
  const rest = began + STEADY_MS - performance.now()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)))
}

const PRETENDED = { withdrawal: 'take-back', error: 'error', return: 'return' } as const
const CODE_USED = ['return-code-used', 'this code was used before'] as const

/** A code that has returned a phone, or seems to, says so, though nothing waits any more. @throws {Refusal} return-code-used */
async function demandUnused(
  context: Context,
  account: string,
  { draft, code }: { readonly draft: string; readonly code: string },
): Promise<void> {
  const row = await context.db
    .selectFrom('drafts')
    .innerJoin('subjects', 'subjects.id', 'drafts.subject_id')
    .select(['drafts.subject_id', 'drafts.state', 'drafts.payload', 'subjects.device_id'])
    .where('drafts.id', '=', draft)
    .where('drafts.act', '=', 'release')
    .where('drafts.state', 'in', ['logged', 'void'])
    .where('drafts.case_id', 'is not', null)
    .executeTakeFirst()
  if (row === undefined || row.device_id === null) return
  const device = new Uint8Array(row.device_id)
  const order = parseOrder(new Uint8Array(row.payload))
  const undone = order.of === undefined ? null : { index: order.of }
  const veil = row.state === 'void' ? await veilOver(context, device, undone) : null
  if (row.state === 'void' && veil === null) return
  await phoneOfAccount(context, account, device)
  const label = await codeSaid(context, { subjectId: row.subject_id, code })
  demand(label === null || veil?.act !== 'return', ...CODE_USED)
}
