import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import { signedInOfficer, type Context } from '../../registry/index.ts'
import { shownPasskey } from '../account/passkey-answer.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { signIn, signOut, type PageEnv } from '../session.ts'
import { auditRoutes } from './audit-routes.tsx'
import { authorityRoutes } from './authority-routes.tsx'
import { appealRoutes } from './appeal-routes.tsx'
import { caseRoutes } from './case-routes.tsx'
import { correctionRoutes } from './correction-routes.tsx'
import { queuePage, takeRoutes } from './queue-routes.tsx'
import { requestRoutes } from './request-routes.tsx'
import { returnRoutes } from './return-routes.tsx'
import { seatOf } from './seat.ts'
import { deskSignIn } from './sign-in-page.tsx'
import { signOnRoutes } from './sign-on-routes.tsx'

const MAX_NAME = 200

/** The police desk: officers, signed in with the key of their certificate. */
export function deskRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  app.get('/', async (c) => {
    const seat = await seatOf(c, context)
    if (seat === null)
      return c.html(await deskSignIn(context, frame, { hasEnded: c.get('hasEnded') }))
    return c.html(await queuePage(c, context, frame, seat))
  })
  app.post('/sign-in', smallBody, context.throttle.guard('owner').handle, async (c) => {
    const { name = '', response } = await readForm(c)
    const shown = { name: name.trim().slice(0, MAX_NAME), response: shownPasskey(response) }
    try {
      await signIn(c, context, await signedInOfficer(context, shown))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'key-waiting') throw error
      return c.html(await deskSignIn(context, frame, { error }), 403)
    }
    return c.redirect('/desk', 303)
  })
  app.post('/sign-out', smallBody, async (c) => {
    await readForm(c)
    await signOut(c, context)
    return c.redirect('/desk', 303)
  })
  auditRoutes(app, context, frame)
  authorityRoutes(app, context, frame)
  signOnRoutes(app, context, frame)
  takeRoutes(app, context, frame)
  requestRoutes(app, context, frame)
  caseRoutes(app, context, frame)
  correctionRoutes(app, context, frame)
  returnRoutes(app, context, frame)
  appealRoutes(app, context, frame)
  return app
}
