import type { Context as HttpContext } from 'hono'
import { Refusal, concat, demand, fromBase64, parseSign1, type Link } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { checkAuthorization } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { callerOf, type Caller } from '../model/caller.ts'
import type { Env } from './env.ts'
import type { Guard } from './route.ts'

/** Lets signed requests of certified parties through, once, and says who they are. @throws {Refusal} unauthenticated */
export function signed(context: Context): Guard {
  const handle: Guard['handle'] = async (c, next) => {
    const { surroundings, trust } = context
    const url = new URL(c.req.url)
    const body = new Uint8Array(await c.req.arrayBuffer())
    const { link } = checkAuthorization(
      c.req.header('authorization'),
      {
        method: c.req.method,
        to: context.host,
        path: url.pathname + url.search,
        body,
        key: c.req.header('idempotency-key') ?? '',
      },
      Math.floor(surroundings.clock() / 1000),
      (kid) => {
        const link = certified(context, kid)
        return { key: link.cert.key, link }
      },
      trust.verify.es256,
    )
    await demandFirst(context, c.req.header('authorization') ?? '')
    c.set('caller', callerOf(link))
    await next()
  }
  return { handle, refuses: ['unauthenticated', 'forbidden'], security: [{ [SCHEME]: [] }] }
}

/** Name of the scheme in the documentation and in the Authorization header. */
export const SCHEME = 'StolenMode'

/** What was signed, not how: anybody can make a second spelling of an ECDSA signature. */
async function demandFirst(context: Context, header: string): Promise<void> {
  const { kid, payload } = parseSign1(
    fromBase64(header.slice(SCHEME.length + 1)),
    'application/stolen-auth+cbor',
  )
  const isFirst = await context.spent.spend(sha256Fast(concat(kid, payload)))
  demand(isFirst, 'unauthenticated', 'this signed request was made before')
}

function certified({ sequencer }: Context, kid: Uint8Array): Link {
  try {
    return sequencer.ledger.authorities.signer(kid, sequencer.now(), sequencer.ledger.size)
  } catch {
    throw new Refusal('unauthenticated', 'no valid certificate for this key stands in the log')
  }
}

/** The caller of a signed route. */
export function callerIn(c: HttpContext<Env>): Caller {
  const { caller } = c.var
  demand(caller !== undefined, 'unauthenticated', 'no signed request')
  return caller
}
