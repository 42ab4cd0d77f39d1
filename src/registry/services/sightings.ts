import { sql } from 'kysely'
import {
  CLONE_TYPE,
  MOST_TRAVEL_SECONDS,
  Refusal,
  demand,
  parseReport,
  readSighting,
  toHex,
  travelByCountry,
  type SeenHow,
  type Sighting,
} from '../../core/index.ts'
import type { Context } from '../context.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { demandOfOurTime } from '../model/seen-when.ts'
import { findByImei, type Subject } from '../model/subjects.ts'
import { noteSignal, takeCloneSignal } from './clone-signals.ts'

/** What became of a delivery. */
export interface SightingsTaken {
  readonly accepted: number
  readonly repeated: number
  readonly refused: readonly { readonly position: number; readonly code: string }[]
}

const HOUR_MS = 3_600_000
/** Who noted what no operator signed. */
const OURS = 'registry'

/**
 * Takes an operator's signed sightings and clone signals: at least once delivered, once counted.
 * @throws {Refusal} forbidden
 */
export async function takeSightings(
  context: Context,
  caller: Caller,
  signed: readonly Uint8Array[],
): Promise<SightingsTaken> {
  demandRole(caller, 'operator')
  let accepted = 0
  let repeated = 0
  const refused: { position: number; code: string }[] = []
  for (const [position, bytes] of signed.entries()) {
    try {
      if (await takeOne(context, caller, bytes)) accepted++
      else repeated++
    } catch (error) {
      // What the database could not take now is sent again; what is refused is not.
      if (!(error instanceof Refusal) || error.code === 'unavailable') throw error
      refused.push({ position, code: error.code })
    }
  }
  return { accepted, repeated, refused }
}

async function takeOne(context: Context, caller: Caller, bytes: Uint8Array): Promise<boolean> {
  const { db, sequencer, trust } = context
  const { kid, contentType } = parseReport(bytes)
  demand(toHex(kid) === caller.kid, 'sighting-signature', 'signed by another than its reporter')
  const { cert } = sequencer.ledger.authorities.signer(kid, sequencer.now(), sequencer.ledger.size)
  if (contentType === CLONE_TYPE) {
    await takeCloneSignal(context, caller, bytes, cert.key)
    return true
  }
  const sighting = readSighting(bytes, cert.key, trust.verify.es256)
  demandOfOurTime(context, sighting.at)
  const subject = await findByImei(db, sighting.imei)
  const isNew = await keep(context, sighting, { reporter: caller.sub, subject, body: bytes })
  // Of one sent before too: the process may have died between the two.
  await judgeTravel(context, caller, sighting)
  return isNew
}

/** Sightings of one number looked at, of those in other countries within a day. */
const MAX_COMPARED = 1_000

interface Elsewhere {
  readonly country: string
  readonly network: string
  readonly reporter: string
  readonly at_ms: bigint
}

/**
 * The registry alone sees the sightings of all operators: a number in two countries within less time than
 * anybody needs from one to the other is worn by two phones.
 */
async function judgeTravel(
  context: Context,
  { sub }: Caller,
  { imei, how, at, country, network }: Sighting,
): Promise<void> {
  if (how !== 'attach' || network === null) return
  const here = { country, network }
  const ms = at * 1000
  const window = MOST_TRAVEL_SECONDS * 1000
  // Of each network the sighting nearest in time, among the newest that there are.
  const { rows } = await sql<Elsewhere>`
    select distinct on (country, network, reporter) country, network, reporter, at_ms
    from (
      select country, network, reporter, at_ms from sightings
      where imei14 = ${imei} and at_ms > ${ms - window} and at_ms < ${ms + window}
        and how = 'attach' and network is not null and country <> ${country}
      order by at_ms desc limit ${MAX_COMPARED}
    ) as elsewhere
    order by country, network, reporter, abs(at_ms - ${ms}::bigint)`.execute(context.db)
  const seen = rows.map(({ reporter, at_ms, ...place }) => ({
    ...place,
    operator: reporter,
    at: Number(at_ms),
  }))
  const apart = seen.filter((one) => Math.abs(one.at - ms) < travelByCountry(one, here) * 1000)
  if (apart.length === 0) return
  await noteSignal(context, {
    imei14: imei,
    why: 'travel',
    reporter: { operator: sub },
    at: ms,
    places: [{ ...here, operator: sub, at: ms }, ...apart],
  })
}

async function keep(
  { db, surroundings }: Context,
  sighting: Sighting,
  about: { readonly reporter: string; readonly subject: Subject | null; readonly body: Uint8Array },
): Promise<boolean> {
  const result = await db
    .insertInto('sightings')
    .values({
      id: `${about.reporter} ${toHex(sighting.id)}`,
      at_ms: sighting.at * 1000,
      received_ms: surroundings.clock(),
      reporter: about.reporter,
      how: sighting.how,
      verdict: sighting.verdict,
      country: sighting.country,
      network: sighting.network,
      subject_id: about.subject?.id ?? null,
      imei14: sighting.imei,
      tree_size: sighting.treeSize,
      body: about.body,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/**
 * A sighting by the registry itself: an activation it refused, a check that hit. The same once an
 * hour is enough, and whoever asks ten thousand times must not bury what others saw.
 */
export async function noteSighting(
  { db, sequencer, surroundings }: Context,
  seen: {
    readonly subjectId: string
    readonly how: SeenHow
    readonly verdict: string
    readonly country: string
    /** Another registry, where it was that one which refused. */
    readonly reporter?: string
  },
): Promise<void> {
  const now = surroundings.clock()
  const { subjectId, how, verdict, country, reporter = OURS } = seen
  await db
    .insertInto('sightings')
    .values({
      id: `${reporter} ${subjectId} ${how} ${verdict} ${country} ${Math.floor(now / HOUR_MS)}`,
      at_ms: now,
      received_ms: now,
      reporter,
      how,
      verdict,
      country,
      network: null,
      subject_id: subjectId,
      imei14: null,
      tree_size: sequencer.ledger.size,
      body: new Uint8Array(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** One line of a case's history: country and network, nothing finer. */
export interface SeenAt {
  readonly at: number
  readonly how: string
  readonly verdict: string
  readonly country: string
  readonly network: string | null
  readonly reporter: string
  readonly restsOn: RestsOn
}

/**
 * What a sighting rests on. `register`: signed by the operator that saw it. `phone`: the phone proved its key to us
 * while it was refused. `word`: a claim, by whoever asked or told.
 */
export type RestsOn = 'register' | 'phone' | 'word'

const BY_PHONE: readonly string[] = ['activation', 'part'] satisfies readonly SeenHow[]

/** @param row.signed whether its reporter's signature is kept */
function restsOn(row: {
  readonly how: string
  readonly reporter: string
  readonly signed: boolean
}): RestsOn {
  if (row.signed) return 'register'
  return row.reporter === OURS && BY_PHONE.includes(row.how) ? 'phone' : 'word'
}

/** How many cases surfaced in each country: phones, not questions. */
export async function sightingsByCountry({
  db,
}: Context): Promise<Readonly<Record<string, number>>> {
  const rows = await db
    .selectFrom('sightings')
    .select(({ fn }) => ['country', fn.count<bigint>('subject_id').distinct().as('phones')])
    .where('subject_id', 'is not', null)
    .groupBy('country')
    .execute()
  return Object.fromEntries(rows.map(({ country, phones }) => [country, Number(phones)]))
}

const MAX_LISTED = 200

/** Newest first. @param most at most so many */
export async function sightingsOf(
  { db }: Context,
  subject: Pick<Subject, 'id'>,
  most = MAX_LISTED,
): Promise<readonly SeenAt[]> {
  const rows = await db
    .selectFrom('sightings')
    .select(['at_ms', 'how', 'verdict', 'country', 'network', 'reporter'])
    .select(sql<boolean>`length(body) > 0`.as('signed'))
    .where('subject_id', '=', subject.id)
    .orderBy('at_ms', 'desc')
    .orderBy('id')
    .limit(most)
    .execute()
  return rows.map(({ at_ms, signed, ...row }) => ({
    at: Number(at_ms),
    ...row,
    restsOn: restsOn({ ...row, signed }),
  }))
}
