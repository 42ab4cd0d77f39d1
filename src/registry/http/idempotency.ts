import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import type { Context as HttpContext } from 'hono'
import { concat, demand, equal, fromBase64, toBase64, toHex, utf8 } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import type { Context } from '../context.ts'
import type { Env } from './env.ts'
import type { Guard } from './route.ts'

const DAY_MS = 86_400_000
/** A first request that has not answered by now died with its process. */
const ABANDONED_MS = 60_000
const HEADER = 'Idempotency-Key'

interface Request {
  readonly caller: string
  readonly key: string
}

/**
 * Every POST that creates something acts once per key: the same request gets the first answer again
 * for a day. @throws {Refusal} idempotency-key-missing, idempotency-key-reused, idempotency-key-running
 */
export function idempotent(context: Context): Guard {
  const handle: Guard['handle'] = async (c, next) => {
    const key = c.req.header(HEADER)
    demand(
      key !== undefined && /^[\x21-\x7e]{1,128}$/.test(key),
      'idempotency-key-missing',
      'expected 1 to 128 characters',
    )
    // As it was sent: decoded, a path may hold what no column can.
    const path = new URL(c.req.url).pathname
    const request = { caller: `${c.var.caller?.sub ?? 'anyone'} ${path}`, key }
    const body = sha256Fast(new Uint8Array(await c.req.arrayBuffer()))
    const earlier = await claim(context, request, body)
    if (earlier)
      return c.body(earlier.text, earlier.status as 200, { 'content-type': earlier.type })
    c.set('requestKey', request)
    await next()
    await settle(context, request, c.res)
    return undefined
  }
  return {
    handle,
    refuses: ['idempotency-key-missing', 'idempotency-key-reused', 'idempotency-key-running'],
    parameters: [
      {
        name: HEADER,
        in: 'header',
        required: true,
        description: 'The same key gives the first answer again for a day.',
        schema: { type: 'string', minLength: 1, maxLength: 128 },
      },
    ],
  }
}

/** A stable id for whatever this request creates; `about` tells apart what shares a key. */
export function requestId(c: HttpContext<Env>, about = ''): string {
  const { requestKey } = c.var
  demand(requestKey !== undefined, 'idempotency-key-missing', 'no key')
  const text = `${requestKey.caller}\n${requestKey.key}\n${about}`
  const hex = toHex(new Uint8Array(createHash('sha256').update(text).digest()))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

async function claim(
  { db, keys, surroundings }: Context,
  { caller, key }: Request,
  body: Uint8Array,
): Promise<Answer | null> {
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
  const age = now - Number(known.at_ms)
  if (age < DAY_MS) {
    demand(
      equal(new Uint8Array(known.body_hash), body),
      'idempotency-key-reused',
      'another body came with this key',
    )
    if (known.response !== null) return unseal(keys.secret, known.response)
    demand(age >= ABANDONED_MS, 'idempotency-key-running', 'the first request is still running')
  }
  // Of several that find it abandoned, one goes on.
  const taken = await db
    .updateTable('idempotency')
    .set({ at_ms: now, status: 0, response: null, body_hash: body })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where('at_ms', '=', known.at_ms)
    .executeTakeFirst()
  demand(taken.numUpdatedRows === 1n, 'idempotency-key-running', 'another repetition was faster')
  return null
}

/** Keeps the answer; one that asks for a retry is not kept, so that the retry can act. */
async function settle(
  { db, keys, surroundings }: Context,
  { caller, key }: Request,
  response: Response,
): Promise<void> {
  if (response.status === 429 || response.status >= 500) {
    await db.deleteFrom('idempotency').where('caller', '=', caller).where('key', '=', key).execute()
    return
  }
  const { status } = response
  const type = response.headers.get('content-type') ?? 'application/json'
  const answer: Answer = { status, type, text: await response.clone().text() }
  await db
    .updateTable('idempotency')
    .set({ status, response: seal(keys.secret, answer, surroundings.random(IV_BYTES)) })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute()
}

const IV_BYTES = 12
const TAG_BYTES = 16

// A kept answer may hold a recovery card or an opening, which a copy of the database must not show.
const sealingKey = (secret: Uint8Array) =>
  createHmac('sha256', secret).update('kept answers').digest()

function seal(secret: Uint8Array, answer: Answer, iv: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret), iv)
  const sealed = concat(cipher.update(utf8(JSON.stringify(answer))), cipher.final())
  return toBase64(concat(iv, cipher.getAuthTag(), sealed))
}

function unseal(secret: Uint8Array, sealed: string): Answer {
  const bytes = fromBase64(sealed)
  const cipher = createDecipheriv('aes-256-gcm', sealingKey(secret), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  cipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const text = concat(cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), cipher.final())
  return JSON.parse(new TextDecoder().decode(text)) as Answer
}

/** Forgets answers nobody can ask for any more. */
export async function forgetAnswers({ db, surroundings }: Context): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('at_ms', '<', BigInt(surroundings.clock() - DAY_MS))
    .execute()
}
