import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { sql } from 'kysely'
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

/** Where wrong words are counted: a session alone does not use up the tries of whoever has the passkey too. */
const COUNTS = {
  passkey: { tries: 'wrong_tries', since: 'wrong_ms' },
  session: { tries: 'asked_tries', since: 'asked_ms' },
} as const

/**
 * What the word means that an owner typed beside his passkey's signature, or with a session alone. Who has set none is
 * free whatever he typed; who has set them says one of them, so that nobody can make him leave it out.
 * @throws {Refusal} second-factor-needed: neither of his words; rate-limited
 */
export async function willOf(
  context: Context,
  {
    device,
    word,
    beside,
  }: {
    readonly device: Uint8Array
    readonly word: string
    readonly beside: keyof typeof COUNTS
  },
): Promise<Will> {
  const { db } = context
  const said = wordHash(context, device, word)
  const row = await countedTry(context, device, beside)
  const is = (hash: Uint8Array | null | undefined) => timingSafeEqual(said, hash ?? NONE)
  const isOwn = is(row?.own_hash)
  const isThreat = is(row?.threat_hash)
  const isPretended = [row?.pretended_own, row?.pretended_threat].map(is).includes(true)
  if (row === undefined) return 'free'
  const { tries } = COUNTS[beside]
  const words = db.updateTable('secret_words').where('device_id', '=', device)
  if (isOwn) {
    await words.set({ [tries]: 0, pretended_own: null, pretended_threat: null }).execute()
    return 'free'
  }
  // The word by which new ones were set counts no more, as after a true change.
  if (row.pretended_own === null ? isThreat : isPretended) {
    await words.set(({ eb }) => ({ [tries]: eb(tries, '-', 1n) })).execute()
    return 'threatened'
  }
  throw new Refusal('second-factor-needed', 'neither of the owner’s words')
}

/**
 * Counts before it is judged, so that many at once are no more than many in turn.
 * @returns the words; undefined: none are set @throws {Refusal} rate-limited
 */
async function countedTry(
  { db, surroundings }: Context,
  device: Uint8Array,
  beside: keyof typeof COUNTS,
) {
  const { tries, since } = COUNTS[beside]
  const now = surroundings.clock()
  const isLater = sql<boolean>`${sql.ref(since)} < ${now - DAY}`
  const counted = await db
    .updateTable('secret_words')
    .set({
      [tries]: sql`case when ${isLater} then 1 else ${sql.ref(tries)} + 1 end`,
      [since]: sql`case when ${isLater} then ${now} else ${sql.ref(since)} end`,
    })
    .where('device_id', '=', device)
    .where((eb) => eb.or([isLater, eb(tries, '<', BigInt(MOST_WRONG))]))
    .returningAll()
    .executeTakeFirst()
  if (counted !== undefined) return counted
  const full = await db
    .selectFrom('secret_words')
    .select(since)
    .where('device_id', '=', device)
    .executeTakeFirst()
  if (full === undefined) return undefined
  throw new Refusal('rate-limited', 'too many wrong words', {
    retryAfterSeconds: Math.ceil((Number(full[since]) + DAY - now) / 1000),
  })
}

/**
 * Sets both words of a phone, with the passkey that owns it and, where there are words, the one that counts now.
 * Under threat new ones seem to count, and mean a threat both. @throws {Refusal} malformed; as `willOf`; assertion, token-nonce, not-found
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
  if ((await willOf(context, { ...set, beside: 'passkey' })) === 'threatened') {
    await db
      .updateTable('secret_words')
      .set({ pretended_own: own_hash, pretended_threat: threat_hash })
      .where('device_id', '=', device)
      .execute()
    return noteThreat(context, { device, act: 'words' })
  }
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
