import { boundAs, demand, thumbprint, type Eat } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { drawnAt } from '../nonces.ts'

/**
 * Listens to what a phone attests of its parts: places where one sits that is not bound to it, or that it
 * has given away. The phone works as its screen says; who would buy it is told here. An older answer, sent
 * once more, changes nothing.
 */
export async function noteUnbound(context: Context, eat: Eat): Promise<void> {
  const { db } = context
  const device = thumbprint(eat.dak)
  const places = new Set([...eat.unbound, ...(await givenAway(context, eat))])
  const said = places.size === 0 ? null : [...places].toSorted().join(' ')
  const at = drawnAt(eat.nonce)
  await db
    .updateTable('devices')
    .set({ unbound_parts: said, unbound_ms: at })
    .where('id', '=', device)
    .where('unbound_parts', 'is distinct from', said)
    .where((row) => row.or([row('unbound_ms', 'is', null), row('unbound_ms', '<', BigInt(at))]))
    .execute()
}

/** Parts that this phone was bound to, which have since been bound to another one. */
async function givenAway({ db }: Pick<Context, 'db'>, eat: Eat): Promise<readonly string[]> {
  if (eat.parts.length === 0) return []
  const rows = await db
    .selectFrom('part_bindings')
    .innerJoin('parts', 'parts.id', 'part_bindings.part_id')
    .select(['parts.id', 'parts.type'])
    .where('part_bindings.donor', '=', thumbprint(eat.dak))
    .where('part_bindings.log_index', 'is not', null)
    .whereRef('parts.host', '<>', 'part_bindings.donor')
    .execute()
  return rows.filter(({ id }) => boundAs(eat.parts, new Uint8Array(id))).map(({ type }) => type)
}

/** A phone changes hands whole: what is in it is its own. @throws {Refusal} parts-unbound */
export async function demandBound(context: Pick<Context, 'db'>, device: Uint8Array): Promise<void> {
  const isWhole = await isBound(context, device)
  demand(isWhole, 'parts-unbound', 'a part in the phone is not bound to it')
}

export async function isBound({ db }: Pick<Context, 'db'>, device: Uint8Array): Promise<boolean> {
  const row = await db
    .selectFrom('devices')
    .select('unbound_parts')
    .where('id', '=', device)
    .executeTakeFirstOrThrow()
  return row.unbound_parts === null
}
