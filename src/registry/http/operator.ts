import { TLSSocket } from 'node:tls'
import type { Context as HttpContext } from 'hono'
import { demand } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { demandRole, type Caller } from '../model/caller.ts'
import { homeHere } from '../services/home.ts'
import type { Env } from './env.ts'
import { callerIn } from './signed.ts'

/**
 * An operator who signed this request; where the registry is served over TLS, on a connection whose
 * certificate bears the same certified name. Openings go to nobody else.
 * @throws {Refusal} forbidden, unauthenticated
 */
export function operatorIn(c: HttpContext<Env>): Caller {
  const caller = callerIn(c)
  demandRole(caller, 'operator')
  const { socket } = c.env.incoming
  if (socket instanceof TLSSocket) {
    const name = socket.authorized ? socket.getPeerCertificate().subject.CN : undefined
    demand(
      name === caller.sub,
      'unauthenticated',
      'the connection shows no certificate of this operator',
    )
  }
  return caller
}

/**
 * Who may read openings: operators, as above, and whoever signs status tokens beside this registry, with a
 * key certified by the same national authority. @throws as `operatorIn`
 */
export function openingReaderIn(c: HttpContext<Env>, context: Context): Caller {
  const caller = callerIn(c)
  const isOwn = caller.role === 'registry' && caller.iss === homeHere(context).authority
  return isOwn ? caller : operatorIn(c)
}

/** Who may read the list of refused numbers: operators, as above, and a registry's own probe. @throws as `operatorIn` */
export function listReaderIn(c: HttpContext<Env>): Caller {
  const caller = callerIn(c)
  return caller.role === 'registry' ? caller : operatorIn(c)
}
