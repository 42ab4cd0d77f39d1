import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { RELEASED_TO, Refusal, demand, parseOrder } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { draftOf, type Draft } from '../drafts.ts'
import { passkeySlot, slotChallenge } from '../people/passkey-slot.ts'
import { relyingPartyOf } from '../people/passkeys.ts'
import { draftWithdrawalOf } from '../reports.ts'
import { addSignatures } from '../signatures.ts'
import { phoneOfAccount, type AccountKey } from './accounts.ts'
import { newestReport } from './owners-phone.ts'

const TYPE = 'application/stolen-order+cbor'
/** The owner's slot of a release. */
const OWNER = 1

/** An order that waits for this very passkey, and what a browser needs to ask for it. */
export interface OwnersSignature {
  readonly draft: Draft
  readonly device: Uint8Array
  readonly passkey: AccountKey
  readonly isWithdrawal: boolean
  /** Police take a lock back as their own error. */
  readonly isForError: boolean
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
    .executeTakeFirst()
  demand(row !== undefined && row.device_id !== null, 'not-found', 'nothing waits for you here')
  const device = new Uint8Array(row.device_id)
  const { passkey } = await phoneOfAccount(context, account, device)
  const draft = draftOf(row)
  const challenge = slotChallenge(TYPE, draft.payload, passkey.key)
  return {
    draft,
    device,
    passkey,
    isWithdrawal: row.case_id === null,
    isForError: parseOrder(draft.payload).to === RELEASED_TO.issuedInError,
    options: {
      challenge: Buffer.from(challenge).toString('base64url'),
      rpId: relyingPartyOf(context, 'owner').rpId,
      allowCredentials: [{ id: passkey.credential, type: 'public-key' }],
      userVerification: 'required',
    },
  }
}

/**
 * Puts the owner's signature to it, which completes it. @returns the release's leaf, null where an officer
 * has still to sign @throws {Refusal} not-found, assertion, signature, wrong-state, replay
 */
export async function signAsOwner(
  context: Context,
  account: string,
  signed: { readonly draft: string; readonly response: AuthenticationResponseJSON },
): Promise<number | null> {
  const { draft, passkey } = await ownersSignature(context, account, signed.draft)
  demand(parseOrder(draft.payload).act === 'release', 'not-found', 'owners sign releases')
  const signature = passkeySlot(passkey.key, signed.response)
  const results = await addSignatures(context, [{ draftId: draft.id, slot: OWNER, signature }])
  const result = results.get(draft.id)
  if (result instanceof Refusal) throw result
  return result?.state === 'logged' ? result.index : null
}
