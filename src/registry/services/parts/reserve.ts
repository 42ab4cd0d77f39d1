import type { Transaction } from 'kysely'
import { demand, equal, type SignedBinding } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Schema } from '../../db/tables.ts'
import type { KnownPart } from './known-parts.ts'

/** A binding that was judged good, and what it rests on. */
export interface Judged {
  readonly known: KnownPart
  readonly signed: SignedBinding
  readonly bytes: Uint8Array
  readonly release: Uint8Array | null
  readonly salt: Uint8Array
}

const NOTHING = new Uint8Array()
const before = ({ signed }: Judged) => signed.binding.previous ?? NOTHING

/**
 * Takes the place behind the binding it follows, before anything is logged: there is one such place, so
 * of two phones that bring one release only the first goes on, and comes back to it should this process
 * die in between. @throws {Refusal} donor-release-used
 */
export async function reserve({ db, surroundings }: Context, judged: Judged): Promise<void> {
  const { known, signed, bytes, release, salt } = judged
  const fresh = {
    hash: signed.hash,
    host: signed.binding.dak,
    donor: known.tenure?.host ?? null,
    binding: bytes,
    release,
    salt,
    at_ms: surroundings.clock(),
  }
  await db
    .insertInto('part_bindings')
    .values({ part_id: known.part, previous: before(judged), log_index: null, ...fresh })
    .onConflict((conflict) =>
      conflict
        .columns(['part_id', 'previous'])
        .doUpdateSet(fresh)
        .where('part_bindings.host', '=', fresh.host)
        .where('part_bindings.log_index', 'is', null),
    )
    .execute()
  const row = await db
    .selectFrom('part_bindings')
    .select('hash')
    .where('part_id', '=', known.part)
    .where('previous', '=', before(judged))
    .executeTakeFirstOrThrow()
  const isOurs = equal(new Uint8Array(row.hash), signed.hash)
  demand(isOurs, 'donor-release-used', 'another binding follows this one already')
}

/**
 * The binding stands in the log: from now on the part is this phone's. Runs beside the entry, and
 * changes nothing where another question of the same phone has taken the place meanwhile.
 */
export async function settle(
  trx: Transaction<Schema>,
  judged: Judged,
  index: number,
): Promise<void> {
  const { known, signed } = judged
  const { dak: host } = signed.binding
  const taken = await trx
    .updateTable('part_bindings')
    .set({ log_index: index })
    .where('part_id', '=', known.part)
    .where('previous', '=', before(judged))
    .where('hash', '=', signed.hash)
    .where('log_index', 'is', null)
    .executeTakeFirst()
  if (taken.numUpdatedRows !== 1n) return
  await trx
    .insertInto('parts')
    .values({
      id: known.part,
      type: known.type,
      maker: known.maker,
      first_index: index,
      host,
      binding_hash: signed.hash,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ host, binding_hash: signed.hash }),
    )
    .execute()
  await trx
    .deleteFrom('part_claims')
    .where('part_id', '=', known.part)
    .where('country', 'is not', null)
    .execute()
}

/** Whether something followed this binding: it was given away before. */
export async function isFollowed(
  { db }: Pick<Context, 'db'>,
  part: Uint8Array,
  binding: Uint8Array,
): Promise<boolean> {
  const row = await db
    .selectFrom('part_bindings')
    .select('hash')
    .where('part_id', '=', part)
    .where('previous', '=', binding)
    .where('log_index', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}
