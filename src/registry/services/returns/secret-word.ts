import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { Refusal, demand, toHex } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { audit } from '../../model/audit.ts'
import type { Caller } from '../../model/caller.ts'
import { subjectById } from '../../model/subjects.ts'
import { takenCase } from '../desk/takings.ts'
import { phoneOfAccount } from '../owners/accounts.ts'
import { signedIn } from '../people/passkeys.ts'
import { noteThreat } from './threats.ts'

/** What somebody means who takes something back: his own will, or that of whoever stands beside him. */
export type Will = 'free' | 'threatened'

export const WORD = { least: 3, most: 40 } as const
/** Wrong words in a day, of one phone. */
const MOST_WRONG = 10
const DAY = 86_400_000
/** Of a phone whose owner has set none: compared all the same. */
const NONE = new Uint8Array(32)

/** Useless without the registry's own secret; capitals and spaces do not matter. */
function wordHash({ keys }: Context, device: Uint8Array, word: string): Uint8Array {
  const typed = word.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
  const hmac = createHmac('sha256', keys.secret).update(`secret word ${toHex(device)} ${typed}`)
  return new Uint8Array(hmac.digest())
}

/**
 * What the word means that an owner typed. Who has set none is free whatever he typed; who has set them says one of
 * them, so that nobody can make him leave it out. @throws {Refusal} second-factor-needed: neither of his words; rate-limited
 */
export async function willOf(
  context: Context,
  { device, word }: { readonly device: Uint8Array; readonly word: string },
): Promise<Will> {
  const { db, surroundings } = context
  const said = wordHash(context, device, word)
  const row = await db
    .selectFrom('secret_words')
    .selectAll()
    .where('device_id', '=', device)
    .executeTakeFirst()
  const isOwn = timingSafeEqual(said, row?.own_hash ?? NONE)
  const isThreat = timingSafeEqual(said, row?.threat_hash ?? NONE)
  if (row === undefined) return 'free'
  const now = surroundings.clock()
  const isLater = Number(row.wrong_ms) + DAY < now
  if (!isLater && Number(row.wrong_tries) >= MOST_WRONG)
    throw new Refusal('rate-limited', 'too many wrong words', {
      retryAfterSeconds: Math.ceil((Number(row.wrong_ms) + DAY - now) / 1000),
    })
  if (isOwn) return 'free'
  if (isThreat) return 'threatened'
  await db
    .updateTable('secret_words')
    .set((eb) => ({
      wrong_tries: isLater ? 1 : eb('wrong_tries', '+', 1n),
      wrong_ms: isLater ? now : row.wrong_ms,
    }))
    .where('device_id', '=', device)
    .execute()
  throw new Refusal('second-factor-needed', 'neither of the owner’s words')
}

/**
 * Sets both words of a phone, with the passkey that owns it and, where there are words, the one that counts now.
 * Under threat nothing is set, and nobody sees that. @throws {Refusal} malformed; as `willOf`; assertion, token-nonce, not-found
 */
export async function setSecretWords(
  context: Context,
  account: string,
  set: {
    readonly device: Uint8Array
    readonly own: string
    readonly threat: string
    readonly word: string
    readonly response: AuthenticationResponseJSON
  },
): Promise<void> {
  const { db, surroundings } = context
  const { device } = set
  const { passkey } = await phoneOfAccount(context, account, device)
  const shown = await signedIn(context, 'owner', set.response)
  const isOwner = shown.account === account && shown.credential === passkey.credential
  demand(isOwner, 'assertion', 'another passkey owns this phone')
  for (const text of [set.own, set.threat]) {
    const { length } = text.trim()
    demand(length >= WORD.least && length <= WORD.most, 'malformed', 'expected two words')
  }
  const own_hash = wordHash(context, device, set.own)
  const threat_hash = wordHash(context, device, set.threat)
  demand(!timingSafeEqual(own_hash, threat_hash), 'malformed', 'expected two different words')
  if ((await willOf(context, set)) === 'threatened')
    return noteThreat(context, { device, act: 'words' })
  const row = { own_hash, threat_hash, wrong_tries: 0, at_ms: surroundings.clock() }
  await db
    .insertInto('secret_words')
    .values({ device_id: device, ...row })
    .onConflict((conflict) => conflict.column('device_id').doUpdateSet(row))
    .execute()
}

/** An owner who forgot his words and has shown at a counter who he is: from now on he has none. @throws {Refusal} case-needed, case-taken */
export async function forgetSecretWords(
  context: Context,
  caller: Caller,
  caseId: string,
): Promise<void> {
  const { id, subjectId } = await takenCase(context, caller, caseId)
  const { ids } = await subjectById(context.db, subjectId)
  if (ids.dak !== null)
    await context.db.deleteFrom('secret_words').where('device_id', '=', ids.dak).execute()
  await audit(context, caller, 'owner.forgot-words', { caseId: id, subjectId })
}
