import type { Selectable, Transaction } from 'kysely'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Way } from '../../db/return-tables.ts'
import type { Schema } from '../../db/tables.ts'
import type { Caller } from '../../model/caller.ts'
import { tell } from '../notices.ts'

/** A phone on its way back. Times in ms. */
export interface Return {
  readonly foundIndex: number
  readonly subjectId: string
  readonly force: string
  readonly at: number
  readonly way: Way | null
  readonly chosenAt: number | null
  /** A label was printed: from then on its way is not changed. */
  readonly printedAt: number | null
  /** The code on the label was said, and the owner has signed. */
  readonly usedAt: number | null
  readonly handedAt: number | null
  readonly releasedAt: number | null
}

/** Written with the `found` itself: a phone that police have, and its owner told of it at once. */
export async function keepFound(
  context: Context,
  trx: Transaction<Schema>,
  found: {
    readonly subjectId: string
    readonly caseId: string | null
    readonly force: string
    readonly index: number
    readonly t: number
  },
): Promise<void> {
  const subject = await trx
    .selectFrom('subjects')
    .select('device_id')
    .where('id', '=', found.subjectId)
    .executeTakeFirst()
  const device = subject?.device_id ?? null
  const kept = await trx
    .insertInto('returns')
    .values({
      found_index: found.index,
      subject_id: found.subjectId,
      device_id: device,
      case_id: found.caseId,
      force: found.force,
      at_ms: found.t,
      way: null,
      address: null,
      code_hash: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (device === null || kept.numInsertedOrUpdatedRows !== 1n) return
  const told = { device: new Uint8Array(device), what: 'found', act: null, readyAt: null } as const
  await tell(context, trx, told)
}

/** Written with a release, or when a phone is out of use for good: nobody needs his address or his request any more. */
export async function closeReturn(
  trx: Transaction<Schema>,
  { subjectId, t }: { readonly subjectId: string; readonly t: number },
): Promise<void> {
  await trx
    .updateTable('returns')
    .set({ released_ms: t, address: null })
    .where('subject_id', '=', subjectId)
    .where('released_ms', 'is', null)
    .execute()
  await trx.deleteFrom('release_requests').where('subject_id', '=', subjectId).execute()
}

/** The newest return of a phone; null: police never had it. */
export async function returnOf(
  { db }: Pick<Context, 'db'>,
  subjectId: string,
): Promise<Return | null> {
  const row = await rowOf({ db }, subjectId)
  return row === undefined ? null : returnIn(row)
}

/** The same while police have it. @throws {Refusal} wrong-state */
export async function openReturn({ db }: Pick<Context, 'db'>, subjectId: string) {
  const row = await rowOf({ db }, subjectId)
  demand(row !== undefined && row.released_ms === null, 'wrong-state', 'police do not have it')
  return row
}

/** Where the force that has the phone posts it; null: nowhere, or another force has it. */
export async function addressFor(
  context: Pick<Context, 'db'>,
  subjectId: string,
  force: string,
): Promise<string | null> {
  const row = await rowOf(context, subjectId)
  return row?.force === force && row.released_ms === null ? row.address : null
}

/** The same, and this force has it. @throws {Refusal} wrong-state, forbidden */
export async function ourReturn(
  context: Pick<Context, 'db'>,
  { iss }: Caller,
  subjectId: string,
): Promise<void> {
  const { force } = await openReturn(context, subjectId)
  demand(force === iss, 'forbidden', 'another force has this phone')
}

function rowOf({ db }: Pick<Context, 'db'>, subjectId: string) {
  return db
    .selectFrom('returns')
    .selectAll()
    .where('subject_id', '=', subjectId)
    .orderBy('found_index', 'desc')
    .limit(1)
    .executeTakeFirst()
}

const time = (ms: bigint | null) => (ms === null ? null : Number(ms))

function returnIn(row: Selectable<Schema['returns']>): Return {
  return {
    foundIndex: Number(row.found_index),
    subjectId: row.subject_id,
    force: row.force,
    at: Number(row.at_ms),
    way: row.way,
    chosenAt: time(row.chosen_ms),
    printedAt: time(row.printed_ms),
    usedAt: time(row.used_ms),
    handedAt: time(row.handed_ms),
    releasedAt: time(row.released_ms),
  }
}
