import { randomUUID } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import {
  Refusal,
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  parseCoseKey,
  thumbprint,
} from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { deviceOfCard } from '../owner-proofs.ts'
import { MAX_NAME, verifyShown, type Passkey } from '../people/passkeys.ts'

/**
 * An account for an owner whose passkey owns a phone already. The card says which phone; the passkey shows
 * that it holds that phone's key, by equality with the key that was enrolled. A wrong card and a wrong passkey
 * are answered alike. @throws {Refusal} proof-too-weak, malformed
 */
export async function claimAccount(
  context: Context,
  claim: {
    readonly name: string
    readonly card: string
    readonly response: AuthenticationResponseJSON
  },
): Promise<Passkey> {
  const { db, surroundings } = context
  const name = claim.name.trim()
  demand(name !== '' && name.length <= MAX_NAME, 'malformed', 'expected a name')
  const key = await keyShown(context, claim)
  const credential = claim.response.id
  return inTransaction(db, async (trx) => {
    const known = await trx
      .selectFrom('passkeys')
      .select(['account_id', 'thumbprint'])
      .where('credential', '=', credential)
      .executeTakeFirst()
    if (known !== undefined) {
      const isSame = Buffer.from(known.thumbprint).equals(thumbprint(key))
      demand(isSame, 'proof-too-weak', 'this passkey has another name here')
      return { credential, account: known.account_id, key }
    }
    const account = randomUUID()
    const at_ms = surroundings.clock()
    await trx.insertInto('accounts').values({ id: account, kind: 'owner', name, at_ms }).execute()
    await trx
      .insertInto('passkeys')
      .values({
        credential,
        account_id: account,
        key: encodeCbor(coseKey(key)),
        thumbprint: thumbprint(key),
        counter: 0,
        label: 'The passkey of your phone',
        at_ms,
      })
      .execute()
    return { credential, account, key }
  })
}

async function keyShown(
  context: Context,
  { card, response }: { readonly card: string; readonly response: AuthenticationResponseJSON },
) {
  const device = await deviceOfCard(context, card)
  const { owner_key } = await context.db
    .selectFrom('devices')
    .select('owner_key')
    .where('id', '=', device)
    .executeTakeFirstOrThrow()
  demand(owner_key !== null, 'proof-too-weak', 'no phone belongs to this card and passkey')
  const key = parseCoseKey(decodeCbor(new Uint8Array(owner_key)))
  const passkey = { credential: response.id, key, counter: 0 }
  await verifyShown(context, 'owner', { passkey, response }).catch((error: unknown) => {
    // Whatever is wrong with the passkey: else the answer would tell that the card is right.
    throw error instanceof Refusal
      ? new Refusal('proof-too-weak', 'no phone belongs to both')
      : error
  })
  return key
}
