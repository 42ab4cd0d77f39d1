import { randomUUID } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import {
  Refusal,
  concat,
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  parseCoseKey,
  sha256,
  thumbprint,
  type Link,
  type PublicKey,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { callerOf, type Caller } from '../../model/caller.ts'
import { certificateNamed, certificateOfKey } from './officer-certificates.ts'
import { plainSignature, slotChallenge } from './passkey-slot.ts'
import { relyingPartyOf, signedIn, verifyShown } from './passkeys.ts'
import type { Session } from './sessions.ts'

const ORDER = 'application/stolen-order+cbor'

/** An officer at the desk: who he is by his certificate in the log, and the passkey that is its key. */
export interface Officer extends Caller {
  /** Null: he came by his force's own provider, and has never shown the passkey here. */
  readonly credential: string | null
  readonly key: PublicKey
}

/** What a browser needs to ask an officer's passkey for a signature over an order: any of his where he has shown none here. */
export function signatureWanted(
  context: Context,
  { credential, key }: Officer,
  payload: Uint8Array,
): PublicKeyCredentialRequestOptionsJSON {
  return {
    challenge: Buffer.from(slotChallenge(ORDER, payload, key)).toString('base64url'),
    rpId: relyingPartyOf(context, 'officer').rpId,
    ...(credential !== null && { allowCredentials: [{ id: credential, type: 'public-key' }] }),
    userVerification: 'required',
  }
}

/**
 * The account of whoever shows a certified officer's key. The first time his name in the certificate says
 * which key that is; an account has one key, and a renewed key another account.
 * @throws {Refusal} assertion, token-nonce; unauthenticated: the certificate is void or over; key-waiting with the
 * fact `untilSeconds`
 */
export async function signedInOfficer(
  context: Context,
  shown: { readonly name: string; readonly response: AuthenticationResponseJSON },
): Promise<string> {
  const { response } = shown
  const known = await context.db
    .selectFrom('passkeys')
    .select('account_id')
    .where('credential', '=', response.id)
    .executeTakeFirst()
  if (known !== undefined) {
    const { account, key } = await signedIn(context, 'officer', response)
    certificateOfKey(context, key)
    return account
  }
  const { cert } = linkShown(context, shown)
  const passkey = { credential: response.id, key: cert.key, counter: 0 }
  const counter = await verifyShown(context, 'officer', { passkey, response })
  return keepAccount(context, { ...passkey, counter, name: cert.sub })
}

/** Of this name's certificates the one whose key made the answer: a name may have had several keys. */
function linkShown(
  context: Context,
  { name, response }: { readonly name: string; readonly response: AuthenticationResponseJSON },
): Link {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
  const { authenticatorData, clientDataJSON, signature } = response.response
  const message = concat(bytes(authenticatorData), sha256(bytes(clientDataJSON)))
  const made = plainSignature(bytes(signature))
  const { sequencer, trust } = context
  const link = sequencer.ledger.authorities
    .named(name)
    .find(({ cert }) => cert.role === 'officer' && trust.verify.es256(cert.key, message, made))
  demand(link !== undefined, 'assertion', 'no officer of this name has this passkey')
  return certificateOfKey(context, link.cert.key)
}

async function keepAccount(
  { db, surroundings }: Context,
  of: {
    readonly credential: string
    readonly key: PublicKey
    readonly counter: number
    readonly name: string
  },
): Promise<string> {
  const at_ms = surroundings.clock()
  return inTransaction(db, async (trx) => {
    const id = randomUUID()
    await trx.insertInto('accounts').values({ id, kind: 'officer', name: of.name, at_ms }).execute()
    await trx
      .insertInto('passkeys')
      .values({
        credential: of.credential,
        account_id: id,
        key: encodeCbor(coseKey(of.key)),
        thumbprint: thumbprint(of.key),
        counter: of.counter,
        label: 'The key of your certificate',
        at_ms,
      })
      .execute()
    return id
  })
}

/**
 * Who a session's officer is now, as the log says it at this moment: out at once when his certificate is
 * voided or over. Null: no officer, or no more.
 */
export async function officerOf(context: Context, session: Session): Promise<Officer | null> {
  if (session.kind !== 'officer') return null
  const row = await context.db
    .selectFrom('passkeys')
    .select(['credential', 'key'])
    .where('account_id', '=', session.account)
    .executeTakeFirst()
  try {
    const { link, credential } =
      row === undefined
        ? { link: certificateOfName(context, session.name), credential: null }
        : { link: certificateOfKey(context, keyOf(row.key)), credential: row.credential }
    return { ...callerOf(link), credential, key: link.cert.key }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return null
  }
}

const keyOf = (row: Uint8Array) => parseCoseKey(decodeCbor(new Uint8Array(row)))

/** A name is its issuer's and one label. @throws {Refusal} */
function certificateOfName(context: Context, name: string): Link {
  return certificateNamed(context, name.replace(/[./][^./]*$/, ''), name)
}
