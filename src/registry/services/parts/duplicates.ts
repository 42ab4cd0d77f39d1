import { partRefused, thumbprint, type Eat } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { subjectForDevice } from '../../model/subjects.ts'
import { drawnAt } from '../nonces.ts'
import { noteSighting } from '../sightings.ts'

/**
 * No phone is opened, robbed of a part and closed again, twice over, in less. It is also the time after
 * which a phone asks again, so a copy that asks is found out while the true part's phone is on.
 */
const SWAP_MS = 900_000

/** A phone has asked for a part that another one has. `at`: when its nonce was drawn, ms. */
export async function noteClaim(
  { db }: Pick<Context, 'db'>,
  claim: {
    readonly part: Uint8Array
    readonly host: Uint8Array
    readonly country: string
    readonly at: number
  },
): Promise<void> {
  const { part, host, country, at } = claim
  await db
    .insertInto('part_claims')
    .values({ part_id: part, host, country, at_ms: at, conflict_ms: null })
    .onConflict((conflict) =>
      conflict
        .columns(['part_id', 'host'])
        .doUpdateSet({ country, at_ms: at })
        .where('part_claims.country', 'is not', null),
    )
    .execute()
}

/** Whether there is another part of this key: made so, or found to answer in two phones. */
export async function copiesOf(
  { db }: Pick<Context, 'db'>,
  part: Uint8Array,
): Promise<{ readonly isMadeTwice: boolean; readonly isDuplicate: boolean }> {
  const rows = await db
    .selectFrom('part_claims')
    .select('country')
    .where('part_id', '=', part)
    .where('conflict_ms', 'is not', null)
    .execute()
  const isMade = ({ country }: { readonly country: string | null }) => country === null
  return { isMadeTwice: rows.some(isMade), isDuplicate: rows.length > 0 }
}

/**
 * A phone attests that its parts answer. Where another one had one of them shortly before, there are
 * two: noted, and a sighting of the phone whose part was copied. It costs that phone nothing.
 */
export async function noteAlive(context: Context, { dak, parts, nonce }: Eat): Promise<void> {
  if (parts.length === 0) return
  const { db, surroundings } = context
  const device = thumbprint(dak)
  const at = drawnAt(nonce)
  const claims = await db
    .selectFrom('part_claims')
    .innerJoin('parts', 'parts.id', 'part_claims.part_id')
    .select(['part_claims.part_id', 'part_claims.host', 'part_claims.country'])
    .where('parts.host', '=', device)
    .where(
      'part_claims.part_id',
      'in',
      parts.map(({ part }) => part),
    )
    .where('part_claims.host', '<>', device)
    .where('part_claims.at_ms', '>', BigInt(at - SWAP_MS))
    .where('part_claims.at_ms', '<=', BigInt(at))
    .where('part_claims.conflict_ms', 'is', null)
    .execute()
  if (claims.length === 0) return
  const { id: subjectId } = await subjectForDevice(db, device)
  for (const { part_id, host, country } of claims) {
    await db
      .updateTable('part_claims')
      .set({ conflict_ms: surroundings.clock() })
      .where('part_id', '=', part_id)
      .where('host', '=', host)
      .execute()
    if (country !== null)
      await noteSighting(context, { subjectId, how: 'part', verdict: 'part-duplicate', country })
  }
}

/**
 * A phone that is set up again attests no part which another one has: its store would be a copy. Two
 * that were made with one part are their maker's fault. @throws {Refusal} part-refused
 */
export async function demandOwnParts({ db }: Pick<Context, 'db'>, eat: Eat): Promise<void> {
  if (eat.parts.length === 0) return
  const device = thumbprint(eat.dak)
  const parts = eat.parts.map(({ part }) => part)
  const foreign = await db
    .selectFrom('parts')
    .leftJoin('part_claims', (join) =>
      join
        .onRef('part_claims.part_id', '=', 'parts.id')
        .on('part_claims.host', '=', device)
        .on('part_claims.country', 'is', null),
    )
    .select('parts.id')
    .where('parts.id', 'in', parts)
    .where('parts.host', '<>', device)
    .where('part_claims.host', 'is', null)
    .executeTakeFirst()
  if (foreign) throw partRefused('not-released', 'another phone has one of the parts')
}
