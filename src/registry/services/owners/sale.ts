import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import {
  OFFER_SECONDS,
  acceptancePayload,
  decodeCbor,
  demand,
  encodeCbor,
  encodeDocument,
  encodeHandover,
  fromBase64,
  offerPayload,
  parseHandover,
  parseSlot,
  toBase64,
  type CborValue,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { passkeySlot, slotChallenge } from '../people/passkey-slot.ts'
import { relyingPartyOf } from '../people/passkeys.ts'
import type { Session } from '../people/sessions.ts'
import {
  acceptTransfer,
  handover,
  offerTransfer,
  type Bought,
  type Handover,
} from '../transfers.ts'
import { waitingAct, type WaitStatus } from '../waits.ts'
import { keysOfAccount, phoneOfAccount, type AccountKey } from './accounts.ts'

const TYPE = 'application/stolen-transfer+cbor'

/** What an offer holds besides its phone; the page carries it from asking to signing. */
export interface OfferTerms {
  readonly nonce: Uint8Array
  /** Unix seconds. */
  readonly from: number
}

type Options = PublicKeyCredentialRequestOptionsJSON
type Response = AuthenticationResponseJSON

/** What waits for a phone of this account, and an offer of it to sign. @throws {Refusal} not-found: another's phone */
export async function offerWanted(
  context: Context,
  account: string,
  device: Uint8Array,
): Promise<{ wait: WaitStatus | null; terms: OfferTerms; options: Options }> {
  const { passkey } = await phoneOfAccount(context, account, device)
  const wait = await waitingAct(context, device)
  const nonce = context.surroundings.random(32)
  const terms = { nonce, from: Math.floor(context.sequencer.now() / 1000) }
  const options = optionsFor(context, passkey, offered(device, terms))
  return { wait: wait?.act === 'transfer' ? wait : null, terms, options }
}

/**
 * The owner's half, by the passkey that owns the phone. @returns where it stands, and the buyer's code, which is
 * kept nowhere else @throws {Refusal} not-found, window, signature, assertion, transfer-cancelled
 */
export async function offerAsOwner(
  context: Context,
  account: string,
  said: { readonly device: Uint8Array; readonly terms: OfferTerms; readonly response: Response },
): Promise<Handover & { readonly code: string }> {
  const { device, terms, response } = said
  const { passkey } = await phoneOfAccount(context, account, device)
  const document = signedBy(passkey, offered(device, terms), response)
  const stands = await offerTransfer(context, document)
  return { ...stands, code: toBase64(encodeHandover({ dak: device, nonce: terms.nonce })) }
}

/**
 * Where the handover of this code stands, and what its buyer has to sign, with the passkey that he signed in
 * with: that one is at hand. @throws {Refusal} not-found, malformed
 */
export async function handoverWanted(
  context: Context,
  { account, credential }: Pick<Session, 'account' | 'credential'>,
  code: string,
): Promise<{ handover: Handover; options: Options }> {
  const stands = await handover(context, parseHandover(fromBase64(code)))
  const keys = await keysOfAccount(context, account)
  const passkey = keys.find((key) => key.credential === credential) ?? keys[0]
  demand(passkey !== undefined, 'not-found', 'this account has no passkey')
  return { handover: stands, options: optionsFor(context, passkey, accepted(code, passkey)) }
}

/** The buyer's half: from now on the phone is this account's. @throws {Refusal} as accepting a transfer */
export async function takeAsBuyer(
  context: Context,
  account: string,
  { code, response }: { readonly code: string; readonly response: Response },
): Promise<Bought> {
  const keys = await keysOfAccount(context, account)
  const passkey = keys.find((key) => key.credential === response.id)
  demand(passkey !== undefined, 'assertion', 'no passkey of this account')
  return acceptTransfer(context, signedBy(passkey, accepted(code, passkey), response))
}

const offered = (dak: Uint8Array, { nonce, from }: OfferTerms): CborValue =>
  offerPayload({ dak, nonce, from, exp: from + OFFER_SECONDS })

const accepted = (code: string, { key }: AccountKey): CborValue =>
  acceptancePayload({ ...parseHandover(fromBase64(code)), key })

function optionsFor(context: Context, passkey: AccountKey, payload: CborValue): Options {
  const challenge = slotChallenge(TYPE, encodeCbor(payload), passkey.key)
  return {
    challenge: Buffer.from(challenge).toString('base64url'),
    rpId: relyingPartyOf(context, 'owner').rpId,
    allowCredentials: [{ id: passkey.credential, type: 'public-key' }],
    userVerification: 'required',
  }
}

function signedBy({ key }: AccountKey, payload: CborValue, response: Response): Uint8Array {
  const slot = parseSlot(decodeCbor(passkeySlot(key, response)))
  return encodeDocument({ contentType: TYPE, payload: encodeCbor(payload), slots: [slot] })
}
