import type { MiddlewareHandler } from 'hono'
import { demand, equal } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import type { Context } from '../context.ts'
import type { Env } from './env.ts'

const DAY_MS = 86_400_000
/** A first request that has not answered by now died with its process. */
const ABANDONED_MS = 60_000

/**
 * Every POST that creates something acts once per key: the same request gets the first answer again
 * for a day. @throws {Refusal} idempotency-key-missing, idempotency-key-reused, idempotency-key-running
 */
export function idempotent(context: Context): MiddlewareHandler<Env> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key')
    demand(
      key !== undefined && /^[\x21-\x7e]{1,128}$/.test(key),
      'idempotency-key-missing',
      'expected 1 to 128 characters',
    )
    const caller = `${c.var.caller?.sub ?? 'anyone'} ${c.req.path}`
    const body = sha256Fast(new Uint8Array(await c.req.arrayBuffer()))
    const earlier = await claim(context, { caller, key, body })
    if (earlier)
      return c.body(earlier.text, earlier.status as 200, { 'content-type': earlier.type })
    c.set('requestKey', { caller, key })
    await next()
    await settle(context, { caller, key }, c.res)
    return undefined
  }
}

interface Earlier {
  readonly status: number
  readonly type: string
  readonly text: string
}

async function claim(
  { db, surroundings }: Context,
  { caller, key, body }: { caller: string; key: string; body: Uint8Array },
): Promise<Earlier | null> {
  const now = surroundings.clock()
  const row = { caller, key, body_hash: body, status: 0, response: null, at_ms: now }
  const inserted = await db
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows === 1n) return null
  const known = await db
    .selectFrom('idempotency')
    .selectAll()
    .where('caller', '=', caller)
    .where('key', '=', key)
    .executeTakeFirst()
  demand(known !== undefined, 'idempotency-key-running', 'the first request has just ended')
  demand(
    equal(new Uint8Array(known.body_hash), body),
    'idempotency-key-reused',
    'another body came with this key',
  )
  const age = now - Number(known.at_ms)
  if (known.status !== 0n && known.response !== null && age < DAY_MS)
    return JSON.parse(known.response) as Earlier
  demand(
    age >= ABANDONED_MS || known.status !== 0n,
    'idempotency-key-running',
    'the first request is still running',
  )
  await db
    .updateTable('idempotency')
    .set({ at_ms: now, status: 0 })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute()
  return null
}

/** Keeps the answer; one that asks for a retry is not kept, so that the retry can act. */
async function settle(
  { db }: Context,
  { caller, key }: { caller: string; key: string },
  response: Response,
): Promise<void> {
  const row = db.updateTable('idempotency').where('caller', '=', caller).where('key', '=', key)
  if (response.status === 429 || response.status >= 500) {
    await db.deleteFrom('idempotency').where('caller', '=', caller).where('key', '=', key).execute()
    return
  }
  const type = response.headers.get('content-type') ?? 'application/json'
  const text = await response.clone().text()
  await row
    .set({
      status: response.status,
      response: JSON.stringify({ status: response.status, type, text }),
    })
    .execute()
}

/** Forgets answers nobody can ask for any more. */
export async function forgetAnswers({ db, surroundings }: Context): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('at_ms', '<', BigInt(surroundings.clock() - DAY_MS))
    .execute()
}
