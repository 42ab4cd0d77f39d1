import {
  generateRegistrationOptions,
  verifyRegistrationResponse,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { decodeAttestationObject, isoCBOR } from '@simplewebauthn/server/helpers'
import { demand, type PublicKey } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { drawNonce } from '../nonces.ts'
import { ES256, isOurs, keyOf, refuse, relyingPartyOf, signInWanted } from './passkeys.ts'

/** A passkey that a browser says it made. Nobody believes in it before it has signed something. */
export interface MadePasskey {
  readonly credential: string
  readonly key: PublicKey
}

/**
 * What a browser needs to make a passkey for the owner's pages: one it finds by itself, and uses only for a
 * person it knows. @param known credentials of the account, of which it makes no second
 */
export function newPasskeyWanted(
  context: Context,
  known: readonly string[],
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: 'Stolen Mode',
    rpID: relyingPartyOf(context, 'owner').rpId,
    userName: 'Your account',
    challenge: drawNonce(context) as Uint8Array<ArrayBuffer>,
    attestationType: 'none',
    supportedAlgorithmIDs: [ES256],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: known.map((id) => ({ id })),
  })
}

/** The passkey that a browser has just made. @throws {Refusal} assertion, alg, token-nonce */
export async function passkeyMade(
  context: Context,
  response: RegistrationResponseJSON,
): Promise<MadePasskey> {
  const { rpId, origins } = relyingPartyOf(context, 'owner')
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: withoutAttestation(response),
    expectedChallenge: (challenge) => isOurs(context, challenge),
    expectedOrigin: [...origins],
    expectedRPID: rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: [ES256],
  }).catch(refuse)
  demand(verified && registrationInfo !== undefined, 'assertion', 'the passkey does not verify')
  const { credential } = registrationInfo
  demand(credential.id === response.id, 'assertion', 'the passkey has two names')
  return { credential: credential.id, key: keyOf(credential.publicKey) }
}

/** To show that whoever brought this passkey holds its key: public keys of others can be brought too. */
export async function firstUseWanted(
  context: Context,
  { credential }: MadePasskey,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const allowCredentials = [{ id: credential, type: 'public-key' as const }]
  return { ...(await signInWanted(context, 'owner')), allowCredentials }
}

/** What an authenticator attests nobody asked for: left unread, since reading it may fetch from its addresses. */
function withoutAttestation(response: RegistrationResponseJSON): RegistrationResponseJSON {
  try {
    const said = new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url'))
    const authData = decodeAttestationObject(said).get('authData')
    const plain = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ])
    const attestationObject = Buffer.from(isoCBOR.encode(plain as never)).toString('base64url')
    return { ...response, response: { ...response.response, attestationObject } }
  } catch (error) {
    return refuse(error)
  }
}
