import type { Context as HttpContext, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { demand } from '../core/index.ts'
import {
  endSession,
  findSession,
  isCsrf,
  openSession,
  type Context,
  type Env,
  type Session,
} from '../registry/index.ts'

/** What travels with a request for a page. */
export interface PageEnv extends Env {
  Variables: Env['Variables'] & {
    /** Null: nobody is signed in. */
    session: Session | null
    /** Somebody was signed in here, and has to do it again. */
    hasEnded: boolean
  }
}

export type PageContext = HttpContext<PageEnv>

const COOKIE = 'session'
/** `__Host-`: of this host alone, on every path, over TLS or to this very machine. */
const HOW = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const

/** Who asks. A cookie that means nobody any more is taken back. */
export const sessions =
  (context: Context): MiddlewareHandler<PageEnv> =>
  async (c, next) => {
    const token = getCookie(c, COOKIE, 'host')
    const found = token === undefined ? { ended: false } : await findSession(context, token)
    c.set('session', 'session' in found ? found.session : null)
    c.set('hasEnded', 'ended' in found && found.ended)
    if ('ended' in found && found.ended) deleteCookie(c, COOKIE, HOW)
    await next()
  }

/** After a passkey was shown. A session there was before ends: nobody can have laid one under it. */
export async function signIn(
  c: PageContext,
  context: Context,
  account: string,
  credential: string | null = null,
): Promise<{ readonly csrf: string }> {
  await signOut(c, context)
  const { token, csrf } = await openSession(context, account, credential)
  setCookie(c, COOKIE, token, HOW)
  return { csrf }
}

export async function signOut(c: PageContext, context: Context): Promise<void> {
  const session = c.get('session')
  if (session) await endSession(context, session)
  deleteCookie(c, COOKIE, HOW)
}

/** A form of this session, not one that another site had sent. @throws {Refusal} forbidden */
export function demandOwnForm(c: PageContext, form: Readonly<Record<string, string>>): void {
  const session = c.get('session')
  if (session)
    demand(isCsrf(session, form['csrf'] ?? ''), 'forbidden', 'the form is not of this session')
}

/** The owner who is signed in, if one is. */
export function ownerOf(c: PageContext): Session | null {
  const session = c.get('session')
  return session?.kind === 'owner' ? session : null
}

/** @throws {Refusal} unauthenticated */
export function demandOwner(c: PageContext): Session {
  const session = ownerOf(c)
  demand(session !== null, 'unauthenticated', 'sign in first')
  return session
}
