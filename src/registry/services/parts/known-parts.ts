import type { Transaction } from 'kysely'
import {
  demand,
  equal,
  madeBinding,
  thumbprint,
  type MadeDevice,
  type PartType,
  type PublicKey,
  type Tenure,
} from '../../../core/index.ts'
import { readOrigin } from '../../../wire/index.ts'
import type { Context } from '../../context.ts'
import type { Schema } from '../../db/tables.ts'
import { isBatchVoid, makersOf } from './makers.ts'

/** A part that a maker vouches for, and what is known here of where it is. */
export interface KnownPart {
  readonly part: Uint8Array
  readonly type: PartType
  readonly maker: Uint8Array
  readonly tenure: Tenure | null
  readonly isBatchVoid: boolean
}

/**
 * The part as this registry knows it, else as its maker's word introduces it.
 * @throws {Refusal} part-unknown
 */
export async function knownPart(
  context: Context,
  asked: { readonly key: PublicKey; readonly type: PartType; readonly origin: Uint8Array },
): Promise<KnownPart> {
  const part = thumbprint(asked.key)
  const row = await rowOf(context, part)
  if (row) {
    demand(row.type === asked.type, 'part-unknown', 'the part is of another type')
    const maker = new Uint8Array(row.maker)
    return {
      part,
      type: asked.type,
      maker,
      tenure: { host: new Uint8Array(row.host), binding: new Uint8Array(row.binding_hash) },
      isBatchVoid: isBatchVoid(context, maker, Number(row.first_index)),
    }
  }
  const { es256 } = context.trust.verify
  const origin = readOrigin(asked.origin, asked.key, makersOf(context), es256)
  demand(origin.type === asked.type, 'part-unknown', 'the part is of another type')
  const isVoid = isBatchVoid(context, origin.maker, context.sequencer.ledger.size)
  return { part, ...origin, isBatchVoid: isVoid }
}

export function rowOf({ db }: Pick<Context, 'db'>, part: Uint8Array) {
  return db.selectFrom('parts').selectAll().where('id', '=', part).executeTakeFirst()
}

/**
 * The parts of a phone that is being enrolled. A part that another phone was made with too stays with
 * the first, and the second is remembered: a maker that gives one key to two phones has made a copy.
 * Neither phone is kept from its owner over it.
 */
export async function keepMadeParts(
  trx: Transaction<Schema>,
  made: { readonly device: MadeDevice; readonly record: Uint8Array; readonly maker: Uint8Array },
  at: { readonly index: number; readonly ms: number },
): Promise<void> {
  const { device, record, maker } = made
  if (device.parts.length === 0) return
  const binding = madeBinding(record)
  const rows = device.parts.map(([type, part]) => ({
    id: part,
    type,
    maker,
    first_index: at.index,
    host: device.dak,
    binding_hash: binding,
  }))
  await trx
    .insertInto('parts')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const kept = await trx
    .selectFrom('parts')
    .select(['id', 'host'])
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute()
  const twice = kept.filter(({ host }) => !equal(new Uint8Array(host), device.dak))
  if (twice.length === 0) return
  const claims = twice.map(({ id }) => ({
    part_id: id,
    host: device.dak,
    country: null,
    at_ms: at.ms,
    conflict_ms: at.ms,
  }))
  await trx
    .insertInto('part_claims')
    .values(claims)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
