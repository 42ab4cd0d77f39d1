import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { demand, fromHex, readAcknowledgement, type Enforced } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Schema } from '../db/tables.ts'
import { demandRole, type Caller } from '../model/caller.ts'

const DAY_MS = 86_400_000
/** What the public figures look back on. */
const WINDOW_MS = 30 * DAY_MS
const MAX_AHEAD_MS = 300_000

/**
 * Takes a register's word that it enforces the log up to a leaf, and counts how long each lock took to
 * get there. The first word of a register is where counting begins.
 * @throws {Refusal} forbidden, signature, malformed, log-unknown, future-cursor
 */
export async function takeAcknowledgement(
  context: Context,
  caller: Caller,
  bytes: Uint8Array,
): Promise<number> {
  demandRole(caller, 'operator')
  const { db, sequencer, trust, surroundings } = context
  const { cert } = sequencer.ledger.authorities.signer(
    fromHex(caller.kid),
    sequencer.now(),
    sequencer.ledger.size,
  )
  const { log, register, applied } = readAcknowledgement(bytes, cert.key, trust.verify.es256)
  const { newest, guarded } = sequencer.published
  demand(log === newest?.checkpoint.origin, 'log-unknown', 'an acknowledgement of another log')
  const last = applied.at(-1)!
  const size = guarded?.checkpoint.size ?? 0
  demand(last.size <= size, 'future-cursor', `${size} leaves have the guarded quorum`)
  const now = surroundings.clock()
  demand(last.at <= now + MAX_AHEAD_MS, 'malformed', 'applied in the future')
  const at = { operator: caller.sub, register }
  return inTransaction(db, async (trx) => {
    const before = await trx
      .selectFrom('registers')
      .select('size')
      .where('operator', '=', at.operator)
      .where('register', '=', at.register)
      .forUpdate()
      .executeTakeFirst()
    const known = before ? Number(before.size) : null
    if (known !== null && known >= last.size) return known
    if (known !== null) await noteBlockTimes(trx, at, known, applied)
    const row = { size: last.size, at_ms: last.at, received_ms: now, ack: bytes }
    await trx
      .insertInto('registers')
      .values({ ...at, ...row })
      .onConflict((conflict) => conflict.columns(['operator', 'register']).doUpdateSet(row))
      .execute()
    return last.size
  })
}

/** Every lock that this word covers and the one before did not, by the first tree that has it. */
async function noteBlockTimes(
  trx: Transaction<Schema>,
  { operator, register }: { readonly operator: string; readonly register: string },
  known: number,
  applied: readonly Enforced[],
): Promise<void> {
  const sizes = applied.map(({ size }) => size)
  const times = applied.map(({ at }) => at)
  await sql`
    insert into block_times (operator, register, log_index, ms)
    select ${operator}, ${register}, o.log_index, greatest(0, min(a.at) - o.at_ms)
    from orders o
    join unnest(${sizes}::bigint[], ${times}::bigint[]) as a(size, at) on a.size > o.log_index
    where o.act = 'lock' and o.log_index >= ${known} and o.log_index < ${sizes.at(-1)}
    group by o.log_index, o.at_ms
    on conflict do nothing`.execute(trx)
}

export interface Probed {
  readonly operator: string
  readonly register: string
  readonly asked: number
  readonly missingBlock: number
  readonly overBlock: number
}

/** What a round of unannounced questions found. @throws {Refusal} forbidden, not-found */
export async function takeProbe(
  { db, surroundings }: Context,
  caller: Caller,
  probed: Probed,
): Promise<void> {
  demandRole(caller, 'registry')
  const { operator, register, asked, missingBlock, overBlock } = probed
  const known = await db
    .selectFrom('registers')
    .select('operator')
    .where('operator', '=', operator)
    .where('register', '=', register)
    .executeTakeFirst()
  demand(known !== undefined, 'not-found', 'no such register has acknowledged anything')
  demand(missingBlock + overBlock <= asked, 'malformed', 'more findings than questions')
  await db
    .insertInto('probes')
    .values({
      id: randomUUID(),
      operator,
      register,
      at_ms: surroundings.clock(),
      asked,
      missing_block: missingBlock,
      over_block: overBlock,
    })
    .execute()
}

/** What the public figures no longer look back on. */
export async function forgetBlockTimes({ db, surroundings }: Context): Promise<void> {
  const since = surroundings.clock() - WINDOW_MS
  await sql`
    delete from block_times t using orders o
    where o.log_index = t.log_index and o.at_ms < ${since}`.execute(db)
  await sql`delete from probes where at_ms < ${since}`.execute(db)
}

/** How many registers say that they enforce the entry at a leaf, of all that ever said anything. */
export interface NetworksTold {
  readonly told: number
  readonly of: number
  /** When the last of those was heard of, or of any where none is; ms, 0: never. */
  readonly heardAt: number
}

/** @param leaf null: nothing is logged yet, and nobody was told */
export async function networksTold(
  { db }: Pick<Context, 'db'>,
  leaf: number | null,
): Promise<NetworksTold> {
  const rows = await db.selectFrom('registers').select(['size', 'received_ms']).execute()
  const told = leaf === null ? [] : rows.filter(({ size }) => size > leaf)
  const heard = (told.length > 0 ? told : rows).map(({ received_ms }) => Number(received_ms))
  return { told: told.length, of: rows.length, heardAt: Math.max(0, ...heard) }
}

/** How far and how fast each register enforces: public, for whoever compares operators. */
export async function registersNow({ db, sequencer, surroundings }: Context) {
  const now = surroundings.clock()
  const since = now - WINDOW_MS
  const { rows } = await sql<{
    operator: string
    register: string
    size: bigint
    received_ms: bigint
    locks: bigint
    p50: number | null
    p99: number | null
    asked: bigint
    missing: bigint
    over: bigint
  }>`
    select r.operator, r.register, r.size, r.received_ms, b.locks, b.p50, b.p99,
      p.asked, p.missing, p.over
    from registers r
    left join lateral (
      select count(*) as locks,
        percentile_cont(0.5) within group (order by t.ms) as p50,
        percentile_cont(0.99) within group (order by t.ms) as p99
      from block_times t join orders o on o.log_index = t.log_index
      where t.operator = r.operator and t.register = r.register and o.at_ms >= ${since}
    ) b on true
    left join lateral (
      select coalesce(sum(q.asked), 0)::bigint as asked,
        coalesce(sum(q.missing_block), 0)::bigint as missing,
        coalesce(sum(q.over_block), 0)::bigint as over
      from probes q
      where q.operator = r.operator and q.register = r.register and q.at_ms >= ${since}
    ) p on true
    order by r.operator, r.register`.execute(db)
  return {
    size: sequencer.published.guarded?.checkpoint.size ?? 0,
    registers: rows.map((row) => ({
      operator: row.operator,
      register: row.register,
      size: Number(row.size),
      ackAgeSeconds: Math.max(0, Math.floor((now - Number(row.received_ms)) / 1000)),
      locks: Number(row.locks),
      p50Ms: row.p50,
      p99Ms: row.p99,
      probes: {
        asked: Number(row.asked),
        missingBlock: Number(row.missing),
        overBlock: Number(row.over),
      },
    })),
  }
}
