import { randomUUID } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Transaction } from 'kysely'
import { coseKey, demand, encodeCbor, thumbprint } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Schema } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { tell } from '../notices.ts'
import { devicesOfAccount } from '../owners/accounts.ts'
import type { MadePasskey } from './new-passkeys.ts'
import { MAX_NAME, verifyShown } from './passkeys.ts'

/** Of one account. */
const MOST = 10

/** A passkey as its account lists it. */
export interface ListedPasskey {
  readonly credential: string
  /** As its person calls it. */
  readonly label: string
  /** Unix ms. */
  readonly at: number
  readonly ownsPhone: boolean
}

export async function passkeysOf({ db }: Context, account: string): Promise<ListedPasskey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .select(['credential', 'label', 'at_ms', 'thumbprint'])
    .where('account_id', '=', account)
    .orderBy('at_ms')
    .execute()
  return Promise.all(
    rows.map(async ({ credential, label, at_ms, thumbprint: print }) => ({
      credential,
      label,
      at: Number(at_ms),
      ownsPhone: await ownsPhone(db, new Uint8Array(print)),
    })),
  )
}

/** A passkey that somebody made and has shown to hold. */
interface Shown {
  readonly made: MadePasskey
  readonly response: AuthenticationResponseJSON
}

/**
 * An account for somebody of whom nothing is known but this passkey. It owns no phone by that.
 * @throws {Refusal} malformed; assertion: not this passkey's answer, or somebody's already
 */
export async function createAccount(
  context: Context,
  wanted: Shown & { readonly name: string },
): Promise<string> {
  const { db, surroundings } = context
  const name = wanted.name.trim() || 'Owner'
  demand(name.length <= MAX_NAME, 'malformed', 'expected a name')
  const counter = await counterShown(context, wanted)
  const account = randomUUID()
  const at_ms = surroundings.clock()
  await inTransaction(db, async (trx) => {
    await trx.insertInto('accounts').values({ id: account, kind: 'owner', name, at_ms }).execute()
    const row = { ...wanted.made, account, counter, label: 'Your first passkey', at_ms }
    await keepPasskey(trx, row)
  })
  return account
}

/** One more for an account; whoever owns its phones is told. @throws {Refusal} malformed, assertion; too-large: it has enough */
export async function addPasskey(
  context: Context,
  account: string,
  wanted: Shown & { readonly label: string },
): Promise<void> {
  const { db, surroundings } = context
  const label = wanted.label.trim() || 'Another passkey'
  demand(label.length <= MAX_NAME, 'malformed', 'expected a name')
  const counter = await counterShown(context, wanted)
  const devices = await devicesOfAccount(context, account)
  await inTransaction(db, async (trx) => {
    const known = await credentialsOf(trx, account)
    demand(known.length < MOST, 'too-large', `an account has at most ${MOST} passkeys`)
    const at_ms = surroundings.clock()
    await keepPasskey(trx, { ...wanted.made, account, counter, label, at_ms })
    await tellOwner(context, trx, devices)
  })
}

/**
 * A passkey no longer signs in here, and whoever it signed in is signed out. Never the last one, and never one
 * that owns a phone. @throws {Refusal} not-found, wrong-state
 */
export async function removePasskey(
  context: Context,
  account: string,
  credential: string,
): Promise<void> {
  const devices = await devicesOfAccount(context, account)
  await inTransaction(context.db, async (trx) => {
    const known = await credentialsOf(trx, account)
    const own = known.find((one) => one.credential === credential)
    demand(own !== undefined, 'not-found', 'no such passkey of yours')
    demand(known.length > 1, 'wrong-state', 'an account keeps its last passkey')
    const isOwner = await ownsPhone(trx, new Uint8Array(own.thumbprint))
    demand(!isOwner, 'wrong-state', 'a phone has this passkey as its owner’s key')
    await trx.deleteFrom('sessions').where('credential', '=', credential).execute()
    await trx.deleteFrom('passkeys').where('credential', '=', credential).execute()
    await tellOwner(context, trx, devices)
  })
}

async function tellOwner(
  context: Context,
  trx: Transaction<Schema>,
  devices: readonly Uint8Array[],
): Promise<void> {
  for (const device of devices)
    await tell(context, trx, { device, what: 'passkey', act: null, readyAt: null })
}

/** That its person holds the key: whoever made up a passkey of another's public key does not. */
async function counterShown(context: Context, { made, response }: Shown): Promise<number> {
  demand(response.id === made.credential, 'assertion', 'another passkey answered')
  return verifyShown(context, 'owner', { passkey: { ...made, counter: 0 }, response })
}

async function keepPasskey(
  trx: Transaction<Schema>,
  row: MadePasskey & {
    readonly account: string
    readonly counter: number
    readonly label: string
    readonly at_ms: number
  },
): Promise<void> {
  const { credential, key, account, counter, label, at_ms } = row
  const print = thumbprint(key)
  const known = await trx
    .selectFrom('passkeys')
    .select('credential')
    .where((is) => is.or([is('credential', '=', credential), is('thumbprint', '=', print)]))
    .executeTakeFirst()
  demand(known === undefined, 'assertion', 'this passkey has an account already')
  await trx
    .insertInto('passkeys')
    .values({
      credential,
      account_id: account,
      key: encodeCbor(coseKey(key)),
      thumbprint: print,
      counter,
      label,
      at_ms,
    })
    .execute()
}

const credentialsOf = (trx: Transaction<Schema>, account: string) =>
  trx
    .selectFrom('passkeys')
    .select(['credential', 'thumbprint'])
    .where('account_id', '=', account)
    .execute()

async function ownsPhone(db: Pick<Context['db'], 'selectFrom'>, print: Uint8Array) {
  const owned = await db
    .selectFrom('devices')
    .select('id')
    .where('owner_thumbprint', '=', print)
    .limit(1)
    .executeTakeFirst()
  return owned !== undefined
}
