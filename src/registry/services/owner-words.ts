import {
  Refusal,
  demand,
  lapse,
  readOwnerWords,
  stateInForce,
  thumbprint,
  type State,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { frontiersOf } from '../log/published.ts'
import { ordersOf } from '../model/orders.ts'
import { subjectForDevice, type Subject } from '../model/subjects.ts'

/** Clocks of owner and registry may differ by this much, seconds. */
const CLOCK_SLACK = 60

/**
 * Keeps what an owner lets his held or stolen phone say. The phone judges his signature again: what this
 * registry would write there by itself, it does not take.
 * @throws {Refusal} attestation-needed; a code of `readOwnerWords`; window; wrong-state: an open phone;
 * not-found: no report of this phone has the reference
 */
export async function keepWords(
  context: Context,
  said: { readonly device: Uint8Array; readonly words: Uint8Array },
): Promise<void> {
  const { db, sequencer } = context
  const { device, words: document } = said
  const subject = await subjectForDevice(db, device)
  const kept = await rowOf(context, device)
  const after = kept ? Number(kept.at_ms) / 1000 : null
  const words = readWords(context, subject, { device, document, after })
  const isFresh = Math.abs(sequencer.now() / 1000 - words.at) <= CLOCK_SLACK
  demand(isFresh, 'window', 'words are said when they are signed')
  const state = await stateOf(context, subject.id)
  demand(state !== 'protected', 'wrong-state', 'an open phone needs no words')
  if (words.reference !== null) await demandReport(context, subject.id, words.reference)
  const row = { document, at_ms: words.at * 1000 }
  await db
    .insertInto('owner_words')
    .values({ device_id: device, ...row })
    .onConflict((conflict) =>
      conflict
        .column('device_id')
        .doUpdateSet(row)
        .where('owner_words.at_ms', '<', BigInt(row.at_ms)),
    )
    .execute()
}

/** What its present owner lets it say while it is in this state; null: nothing new. */
export async function wordsForPhone(
  context: Context,
  { device, state }: { readonly device: Uint8Array; readonly state: State },
): Promise<Uint8Array | null> {
  if (state === 'protected') return null
  const row = await rowOf(context, device)
  if (!row) return null
  const document = new Uint8Array(row.document)
  const subject = await subjectForDevice(context.db, device)
  try {
    readWords(context, subject, { device, document, after: null })
    return document
  } catch (error) {
    if (error instanceof Refusal) return null // a former owner's
    throw error
  }
}

function readWords(
  { sequencer, trust }: Context,
  { owner }: Subject,
  said: {
    readonly device: Uint8Array
    readonly document: Uint8Array
    readonly after: number | null
  },
) {
  const { relyingParties } = sequencer.ledger.authorities.root
  const owners = relyingParties.filter(({ role }) => role === 'owner')
  const expected = { dak: said.device, owner: owner && thumbprint(owner), after: said.after }
  return readOwnerWords(said.document, expected, {
    verify: trust.verify.es256,
    relyingParties: owners,
  })
}

function rowOf({ db }: Pick<Context, 'db'>, device: Uint8Array) {
  return db
    .selectFrom('owner_words')
    .select(['document', 'at_ms'])
    .where('device_id', '=', device)
    .executeTakeFirst()
}

async function stateOf({ db, sequencer }: Context, subjectId: string): Promise<State> {
  const orders = (await ordersOf(db, [subjectId])).get(subjectId) ?? []
  const device = stateInForce(orders, frontiersOf(sequencer.published), sequencer.ledger)
  return lapse(device, Math.floor(sequencer.now() / 1000)).state
}

/** A reference that is no report's would be a way to write something of one's own. */
async function demandReport(
  { db }: Pick<Context, 'db'>,
  subjectId: string,
  reference: string,
): Promise<void> {
  const row = await db
    .selectFrom('reports')
    .select('id')
    .where('subject_id', '=', subjectId)
    .where('reference', '=', reference)
    .executeTakeFirst()
  demand(row !== undefined, 'not-found', 'no report of this phone has this reference')
}
