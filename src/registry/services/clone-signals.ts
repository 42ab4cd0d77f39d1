import type { Selectable, Transaction } from 'kysely'
import {
  MAX_CLONE_PLACES,
  demand,
  parseImei14,
  readCloneSignal,
  toHex,
  type Imei14,
  type PublicKey,
} from '../../core/index.ts'
import type * as wire from '../../wire/index.ts'
import type { z } from 'zod'
import type { Context } from '../context.ts'
import type { Schema } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Caller } from '../model/caller.ts'
import { demandOfOurTime } from '../model/seen-when.ts'
import { openCloneCase } from './clone-cases.ts'

/** Why a number seems to be worn by several phones. */
export type CloneWhy = z.infer<typeof wire.CloneWhy>

/** What phones say of themselves, as against what a hardware key has signed. */
const SELF_REPORTED: ReadonlySet<CloneWhy> = new Set<CloneWhy>(['subscribers', 'travel'])

/** Where a number was seen: country and network, nothing finer. */
export interface CloneSeenIn {
  readonly country: string
  /** Null where a phone asked the registry itself. */
  readonly network: string | null
  /** Who saw it; null: the registry itself. */
  readonly operator: string | null
  /** Unix ms. */
  readonly at: number
}

export interface NewSignal {
  readonly imei14: Imei14
  readonly why: CloneWhy
  /** An operator, or the device whose key attests it. */
  readonly reporter: { readonly operator: string } | { readonly device: Uint8Array }
  /** Unix ms. */
  readonly at: number
  readonly subscribers?: number
  readonly places?: readonly CloneSeenIn[]
}

const DAY_MS = 86_400_000
/** Numbers a reporter may name in a day. A rewritten phone can wear any number it likes. */
const MOST_A_DAY = { operator: 1_000, device: 4 } as const
const DEVICE = 'device '

/**
 * Keeps a signal: once for each number, reason, day and reporter, however often it is said. The first of a
 * number opens a case, unless police work on one about it.
 * @returns false where this reporter has named too many numbers that day
 */
export async function noteSignal(context: Context, signal: NewSignal): Promise<boolean> {
  const { imei14, why, at, subscribers = 0, places = [] } = signal
  const [kind, reporter] =
    'device' in signal.reporter
      ? (['device', DEVICE + toHex(signal.reporter.device)] as const)
      : (['operator', signal.reporter.operator] as const)
  const key = { imei14, why, day: BigInt(Math.floor(at / DAY_MS)), reporter }
  return inTransaction(context.db, async (trx) => {
    const before = await trx
      .selectFrom('clone_signals')
      .selectAll()
      .where((eb) => eb.and(key))
      .forUpdate()
      .executeTakeFirst()
    if (before) {
      await trx
        .updateTable('clone_signals')
        .set({
          first_ms: Math.min(Number(before.first_ms), at),
          last_ms: Math.max(Number(before.last_ms), at),
          subscribers: Math.max(Number(before.subscribers), subscribers),
          places: JSON.stringify(together(placesOf(before), places)),
        })
        .where((eb) => eb.and(key))
        .execute()
      return true
    }
    if ((await namedThatDay(trx, key)) >= MOST_A_DAY[kind]) return false
    const kept = JSON.stringify(together([], places))
    await trx
      .insertInto('clone_signals')
      .values({ ...key, first_ms: at, last_ms: at, subscribers, places: kept })
      .onConflict((conflict) => conflict.doNothing()) // of two at once the slower begins again
      .execute()
    await openCloneCase(context, trx, imei14)
    return true
  })
}

async function namedThatDay(
  trx: Transaction<Schema>,
  { reporter, day }: { readonly reporter: string; readonly day: bigint },
): Promise<number> {
  const { n } = await trx
    .selectFrom('clone_signals')
    .select((e) => e.fn.countAll<bigint>().as('n'))
    .where('reporter', '=', reporter)
    .where('day', '=', day)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Each network once, with its first time: what made the first signal of a day must not be pushed out. */
function together(known: readonly CloneSeenIn[], more: readonly CloneSeenIn[]): CloneSeenIn[] {
  const nameOf = ({ country, network, operator }: CloneSeenIn) =>
    `${country} ${network} ${operator}`
  const all = [...known, ...more]
  return all
    .filter((one, i) => all.findIndex((other) => nameOf(other) === nameOf(one)) === i)
    .slice(0, MAX_CLONE_PLACES)
}

const placesOf = (row: Pick<Selectable<Schema['clone_signals']>, 'places'>) =>
  row.places as readonly CloneSeenIn[]

/**
 * Takes a register's signed word: counts and networks, never a subscriber. Said twice it counts once.
 * @throws {Refusal} sighting-signature, sighting-replayed, malformed, rate-limited
 */
export async function takeCloneSignal(
  context: Context,
  { sub }: Caller,
  bytes: Uint8Array,
  key: PublicKey,
): Promise<void> {
  const said = readCloneSignal(bytes, key, context.trust.verify.es256)
  for (const { at } of [said, ...said.places]) demandOfOurTime(context, at)
  const isKept = await noteSignal(context, {
    imei14: said.imei14,
    why: said.why,
    reporter: { operator: sub },
    at: said.at * 1000,
    subscribers: said.subscribers,
    places: said.places.map((place) => ({ ...place, operator: sub, at: place.at * 1000 })),
  })
  demand(isKept, 'rate-limited', 'signals about too many numbers in one day')
}

/** What is kept of one number, as officers see it. */
export interface KeptSignal {
  readonly why: CloneWhy
  /** An operator, or the device whose key attests it, by thumbprint. */
  readonly reporter: string
  readonly isSelfReported: boolean
  /** Unix ms. */
  readonly first: number
  readonly last: number
  readonly subscribers: number
  readonly places: readonly CloneSeenIn[]
}

const MAX_LISTED = 200

/** Newest first. */
export async function signalsOf({ db }: Context, imei14: Imei14): Promise<readonly KeptSignal[]> {
  const rows = await db
    .selectFrom('clone_signals')
    .selectAll()
    .where('imei14', '=', imei14)
    .orderBy('last_ms', 'desc')
    .limit(MAX_LISTED)
    .execute()
  return rows.map((row) => ({
    why: row.why as CloneWhy,
    reporter: row.reporter,
    isSelfReported: SELF_REPORTED.has(row.why as CloneWhy),
    first: Number(row.first_ms),
    last: Number(row.last_ms),
    subscribers: Number(row.subscribers),
    places: placesOf(row),
  }))
}

/** Numbers that this device's key attested a signal about: what a stolen phone wears now. */
export async function numbersNamedBy({ db }: Context, device: Uint8Array): Promise<Imei14[]> {
  const rows = await db
    .selectFrom('clone_signals')
    .select('imei14')
    .distinct()
    .where('reporter', '=', DEVICE + toHex(device))
    .orderBy('imei14')
    .limit(MAX_LISTED)
    .execute()
  return rows.map(({ imei14 }) => parseImei14(imei14))
}

/** Hardware keys that have attested one of these signals. */
export function keysAttesting(signals: readonly KeptSignal[]): number {
  const devices = signals.map(({ reporter }) => reporter).filter((name) => name.startsWith(DEVICE))
  return new Set(devices).size
}
