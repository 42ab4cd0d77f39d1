import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { inTransaction } from '../../db/transaction.ts'
import { cardHash, drawCard } from '../../model/cards.ts'
import { tell } from '../notices.ts'
import { relyingPartyOf, signedIn } from '../people/passkeys.ts'
import { phoneOfAccount } from './accounts.ts'
import { askDone } from './asks.ts'

/**
 * A new recovery card for a phone of this account, shown once; from this moment the old one is a stranger's. The
 * passkey that owns the phone is asked for again: being signed in is not enough.
 * @throws {Refusal} assertion, token-nonce; not-found: another's phone
 */
export async function newCard(
  context: Context,
  account: string,
  {
    device,
    response,
  }: { readonly device: Uint8Array; readonly response: AuthenticationResponseJSON },
): Promise<{ readonly card: string; readonly address: string }> {
  const { db, keys, surroundings } = context
  const { passkey } = await phoneOfAccount(context, account, device)
  const shown = await signedIn(context, 'owner', response)
  const isOwner = shown.account === account && shown.credential === passkey.credential
  demand(isOwner, 'assertion', 'another passkey owns this phone')
  const card = drawCard(surroundings.random)
  await inTransaction(db, async (trx) => {
    await trx
      .updateTable('devices')
      .set({ card_hash: cardHash(keys.secret, card) })
      .where('id', '=', device)
      .execute()
    await askDone(trx, { device, ask: 'card', at: surroundings.clock() })
    await tell(context, trx, { device, what: 'card', act: null, readyAt: null })
  })
  return { card, address: cardAddress(context) }
}

/** Where a card is used: of the pages on which the owner's passkey works, the address people know them by. */
export const cardAddress = (context: Context): string => pageOfOwners(context, '/report')

/** Where an owner signs in. */
export const ownersAddress = (context: Context): string => pageOfOwners(context, '/account')

function pageOfOwners(context: Context, path: string): string {
  const [origin = context.url] = relyingPartyOf(context, 'owner').origins
  return new URL(path, origin).href
}
