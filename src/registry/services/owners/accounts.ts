import {
  demand,
  encodeCbor,
  coseKey,
  equal,
  thumbprint,
  type PublicKey,
} from '../../../core/index.ts'
import { decodeCbor, parseCoseKey } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { subjectForDevice, type Subject } from '../../model/subjects.ts'

/** A passkey of an account, by which it signs. */
export interface AccountKey {
  readonly credential: string
  readonly key: PublicKey
}

/** The passkeys of an account, the oldest first. */
export async function keysOfAccount({ db }: Context, account: string): Promise<AccountKey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .select(['credential', 'key'])
    .where('account_id', '=', account)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ credential, key }) => ({
    credential,
    key: parseCoseKey(decodeCbor(new Uint8Array(key))),
  }))
}

/** Phones that one page names. */
const MOST = 64

/** The phones whose owner's key is one of the account's passkeys. */
export async function devicesOfAccount(context: Context, account: string): Promise<Uint8Array[]> {
  const keys = await keysOfAccount(context, account)
  if (keys.length === 0) return []
  const rows = await context.db
    .selectFrom('devices')
    .select(['id', 'owner_key'])
    .where(
      'owner_thumbprint',
      'in',
      keys.map(({ key }) => thumbprint(key)),
    )
    .orderBy('id')
    .limit(MOST)
    .execute()
  const isOwn = (bytes: Uint8Array | null) =>
    bytes !== null && keys.some(({ key }) => equal(new Uint8Array(bytes), encodeCbor(coseKey(key))))
  return rows.filter(({ owner_key }) => isOwn(owner_key)).map(({ id }) => new Uint8Array(id))
}

/** A phone of this account, with the passkey that owns it. @throws {Refusal} not-found: another's, or none */
export async function phoneOfAccount(
  context: Context,
  account: string,
  device: Uint8Array,
): Promise<{ readonly subject: Subject; readonly passkey: AccountKey }> {
  const own = await devicesOfAccount(context, account)
  demand(
    own.some((id) => equal(id, device)),
    'not-found',
    'no such phone of yours',
  )
  const subject = await subjectForDevice(context.db, device)
  const keys = await keysOfAccount(context, account)
  const passkey = keys.find(
    ({ key }) => subject.owner !== null && equal(thumbprint(key), thumbprint(subject.owner)),
  )
  demand(passkey !== undefined, 'not-found', 'no such phone of yours')
  return { subject, passkey }
}
