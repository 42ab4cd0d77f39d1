import { createHmac } from 'node:crypto'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { cardHash, drawCard } from '../../model/cards.ts'
import { MAX_NAME } from '../people/passkeys.ts'
import { reportStolen } from '../reports.ts'

/** Of one phone. */
const MOST = 5
/** How long an invitation waits to be accepted. */
const INVITED_MS = 7 * 86_400_000

/** Somebody who may hold a phone for its owner, and nothing else. */
export interface TrustedPerson {
  readonly id: string
  /** As the owner calls him. */
  readonly name: string
  readonly hasAccepted: boolean
}

/** Whom the owner of a phone trusts. Whose invitation has run out is not among them. */
export async function trustedPeople(
  { db, surroundings }: Context,
  device: Uint8Array,
): Promise<TrustedPerson[]> {
  const rows = await db
    .selectFrom('trusted_people')
    .selectAll()
    .where('device_id', '=', device)
    .orderBy('at_ms')
    .execute()
  const oldest = surroundings.clock() - INVITED_MS
  return rows
    .filter(({ account_id, at_ms }) => account_id !== null || Number(at_ms) > oldest)
    .map(({ id, name, account_id }) => ({ id, name, hasAccepted: account_id !== null }))
}

/**
 * Invites somebody. The code is shown to the owner, who gives it by hand; it follows from the form's id, so that
 * the same form sent twice shows the same. @throws {Refusal} malformed, too-large: trusts too many
 */
export async function inviteTrusted(
  context: Context,
  wanted: { readonly id: string; readonly device: Uint8Array; readonly name: string },
): Promise<{ readonly code: string }> {
  const { db, keys, surroundings } = context
  const name = wanted.name.trim()
  demand(name !== '' && name.length <= MAX_NAME, 'malformed', 'expected a name')
  const seed = createHmac('sha256', keys.secret).update(`trusted ${wanted.id}`)
  const drawn = new Uint8Array(seed.digest())
  const code = drawCard((length) => drawn.subarray(0, length))
  const others = (await trustedPeople(context, wanted.device)).filter(({ id }) => id !== wanted.id)
  demand(others.length < MOST, 'too-large', `a phone has at most ${MOST} trusted people`)
  await db
    .insertInto('trusted_people')
    .values({
      id: wanted.id,
      device_id: wanted.device,
      name,
      code_hash: hashOf(context, code),
      at_ms: surroundings.clock(),
      account_id: null,
    })
    // On either key: of two at once the slower may meet the code, which follows from the id, before the id.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return { code }
}

/** From now on the code is nobody's. Nobody is told: whoever was removed may be who is to be feared. */
export async function removeTrusted(
  { db }: Context,
  { device, id }: { readonly device: Uint8Array; readonly id: string },
): Promise<void> {
  await db
    .deleteFrom('trusted_people')
    .where('device_id', '=', device)
    .where('id', '=', id)
    .execute()
}

interface Shown {
  readonly account: string
  readonly code: string
}

/** The first account that accepts has it. @throws {Refusal} proof-too-weak: no such code, or another's */
export async function acceptTrust(context: Context, { account, code }: Shown): Promise<void> {
  const { db, surroundings } = context
  const accepted = await db
    .updateTable('trusted_people')
    .set({ account_id: account })
    .where('code_hash', '=', hashOf(context, code))
    .where((is) =>
      is.or([
        is('account_id', '=', account),
        is.and([
          is('account_id', 'is', null),
          is('at_ms', '>', BigInt(surroundings.clock() - INVITED_MS)),
        ]),
      ]),
    )
    .executeTakeFirst()
  demand(accepted.numUpdatedRows === 1n, 'proof-too-weak', 'this code is nobody’s')
}

/**
 * Holds the phone of whoever gave this code, for him; he is told on every channel. A code that was taken back is
 * as wrong as one that never was. @throws {Refusal} proof-too-weak; wrong-state, hold-exhausted, unavailable
 */
export async function holdForOwner(
  context: Context,
  { id, why, account, code }: Shown & { readonly id: string; readonly why: number },
): Promise<void> {
  const row = await context.db
    .selectFrom('trusted_people')
    .select('device_id')
    .where('code_hash', '=', hashOf(context, code))
    .where('account_id', '=', account)
    .executeTakeFirst()
  demand(row !== undefined, 'proof-too-weak', 'this code is nobody’s')
  await reportStolen(context, { id, why, device: new Uint8Array(row.device_id), proof: 'trusted' })
}

/** Not a card's hash: a trusted person's code on the page for cards is a wrong card. */
const hashOf = ({ keys }: Context, code: string) => cardHash(keys.secret, `trusted ${code}`)
