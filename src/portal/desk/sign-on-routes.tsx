import type { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal } from '../../core/index.ts'
import { beginSignOn, signedOnOfficer, type Context } from '../../registry/index.ts'
import type { Frame } from '../frame.tsx'
import { signIn, type PageEnv } from '../session.ts'
import { PROBLEMS } from '../../wire/index.ts'
import { deskSignIn } from './sign-in-page.tsx'

const COOKIE = 'sign-on'
/** `Lax`: it has to come along when the force's provider leads the browser back. */
const HOW = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax', prefix: 'host' } as const
const TEN_MINUTES = 600

/** Signing in at the force's own identity provider: out by a link, back to one address of ours. */
export function signOnRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  const braked = context.throttle.guard('owner').handle
  app.get('/sign-on/:force', braked, async (c) => {
    try {
      const { to, ticket } = await beginSignOn(context, c.req.param('force'))
      setCookie(c, COOKIE, ticket, { ...HOW, maxAge: TEN_MINUTES })
      return c.redirect(to.href, 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.html(await deskSignIn(context, frame, { error }), statusOf(error))
    }
  })
  app.get('/sign-on/:force/callback', braked, async (c) => {
    const ticket = getCookie(c, COOKIE, 'host') ?? ''
    deleteCookie(c, COOKIE, HOW)
    try {
      const { search } = new URL(c.req.url)
      const state = c.req.query('state') ?? ''
      const force = c.req.param('force')
      await signIn(c, context, await signedOnOfficer(context, force, { ticket, state, search }))
      return c.redirect('/desk', 303)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.html(await deskSignIn(context, frame, { error }), statusOf(error))
    }
  })
}

const statusOf = ({ code }: Refusal) => PROBLEMS[code].status as ContentfulStatusCode
