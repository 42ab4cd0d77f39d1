import {
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
  type AuthenticationResponseJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers'
import {
  Refusal,
  demand,
  encodeCbor,
  type CborValue,
  type PublicKey,
  type RelyingParty,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { AccountKind } from '../../db/people-tables.ts'
import { drawNonce, useNonce } from '../nonces.ts'

/** COSE algorithm of everything that signs here (RFC 9053 §2.1). */
export const ES256 = -7
export const MAX_NAME = 60

/** A passkey somebody has shown. */
export interface Passkey {
  readonly credential: string
  readonly account: string
  readonly key: PublicKey
}

/** @throws {Refusal} assertion: the root document names no page for these people */
export function relyingPartyOf({ sequencer }: Context, kind: AccountKind): RelyingParty {
  const { relyingParties } = sequencer.ledger.authorities.root
  const party = relyingParties.find(({ role }) => role === kind)
  demand(party !== undefined, 'assertion', `the root document names no page for an ${kind}`)
  return party
}

/** What a browser needs to ask for a passkey: any of this page's. */
export async function signInWanted(
  context: Context,
  kind: AccountKind,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: relyingPartyOf(context, kind).rpId,
    challenge: drawNonce(context) as Uint8Array<ArrayBuffer>,
    userVerification: 'required',
  })
}

/** @throws {Refusal} assertion: unknown, of others, a clone, not verified, not by a person */
export async function signedIn(
  context: Context,
  kind: AccountKind,
  response: AuthenticationResponseJSON,
): Promise<Passkey> {
  const { db } = context
  const row = await db
    .selectFrom('passkeys')
    .innerJoin('accounts', 'accounts.id', 'passkeys.account_id')
    .selectAll('passkeys')
    .where('passkeys.credential', '=', response.id)
    .where('accounts.kind', '=', kind)
    .executeTakeFirst()
  demand(row !== undefined, 'assertion', 'nobody here has this passkey')
  const key = keyOf(new Uint8Array(row.key))
  const passkey = { credential: row.credential, key, counter: Number(row.counter) }
  const counter = await verifyShown(context, kind, { passkey, response })
  await db
    .updateTable('passkeys')
    .set({ counter })
    .where('credential', '=', row.credential)
    .execute()
  return { credential: row.credential, account: row.account_id, key }
}

/**
 * That this key answered a challenge of ours, by its person's will. @returns its counter now
 * @throws {Refusal} assertion, token-nonce
 */
export async function verifyShown(
  context: Context,
  kind: AccountKind,
  {
    passkey,
    response,
  }: {
    readonly passkey: {
      readonly credential: string
      readonly key: PublicKey
      readonly counter: number
    }
    readonly response: AuthenticationResponseJSON
  },
): Promise<number> {
  const { rpId, origins } = relyingPartyOf(context, kind)
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => isOurs(context, challenge),
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: true,
    credential: {
      id: passkey.credential,
      publicKey: withAlgorithm(passkey.key),
      counter: passkey.counter,
    },
  }).catch(refuse)
  demand(verified, 'assertion', 'the passkey does not verify')
  return authenticationInfo.newCounter
}

/** A challenge is a nonce of ours: ten minutes old at most, and good once. */
export async function isOurs(context: Context, challenge: string): Promise<boolean> {
  await useNonce(context, new Uint8Array(Buffer.from(challenge, 'base64url')))
  return true
}

/** What the library throws is no bug of ours: somebody sent something else. @throws {Refusal} assertion */
export function refuse(error: unknown): never {
  if (error instanceof Refusal) throw error
  throw new Refusal('assertion', 'the passkey’s answer is not what was asked for')
}

/** The library wants the algorithm said in the key (RFC 9052 §7.1); a COSE_Key of ours never says it. */
function withAlgorithm({ x, y }: PublicKey): Uint8Array<ArrayBuffer> {
  const said = new Map<number, CborValue>([
    [1, 2],
    [3, ES256],
    [-1, 1],
    [-2, x],
    [-3, y],
  ])
  return new Uint8Array(encodeCbor(said))
}

/** @throws {Refusal} alg */
export function keyOf(bytes: Uint8Array): PublicKey {
  const key = decodeCredentialPublicKey(new Uint8Array(bytes))
  demand(cose.isCOSEPublicKeyEC2(key), 'alg', 'expected a P-256 key')
  const [x, y] = [key.get(cose.COSEKEYS.x), key.get(cose.COSEKEYS.y)]
  const isP256 = key.get(cose.COSEKEYS.crv) === cose.COSECRV.P256 && x?.length === 32
  demand(isP256 && y?.length === 32, 'alg', 'expected a P-256 key')
  return { x: new Uint8Array(x), y: new Uint8Array(y) }
}
