import type { Context as HttpContext, MiddlewareHandler } from 'hono'
import { Refusal, demand, type Link } from '../../core/index.ts'
import { checkAuthorization } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { callerOf, type Caller } from '../model/caller.ts'
import type { Env } from './env.ts'

/** Lets signed requests of certified parties through, and says who they are. @throws {Refusal} unauthenticated */
export function signed(context: Context): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { surroundings, trust } = context
    const url = new URL(c.req.url)
    const body = new Uint8Array(await c.req.arrayBuffer())
    const { link } = checkAuthorization(
      c.req.header('authorization'),
      { method: c.req.method, path: url.pathname + url.search, body },
      Math.floor(surroundings.clock() / 1000),
      (kid) => {
        const link = certified(context, kid)
        return { key: link.cert.key, link }
      },
      trust.verify.es256,
    )
    c.set('caller', callerOf(link))
    await next()
  }
}

function certified({ sequencer }: Context, kid: Uint8Array): Link {
  try {
    return sequencer.ledger.authorities.signer(kid, sequencer.now())
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
