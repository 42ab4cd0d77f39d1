import { Hono } from 'hono'
import { signInWanted, signedInOfficer, type Context } from '../../registry/index.ts'
import { shownPasskey } from '../account/passkey-answer.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import { signIn, signOut, type PageEnv } from '../session.ts'
import { appealRoutes } from './appeal-routes.tsx'
import { caseRoutes } from './case-routes.tsx'
import { queuePage, takeRoutes } from './queue-routes.tsx'
import { returnRoutes } from './return-routes.tsx'
import { seatOf } from './seat.ts'
import { DeskSignInPage } from './sign-in-page.tsx'

const MAX_NAME = 200

/** The police desk: officers, signed in with the key of their certificate. */
export function deskRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  app.get('/', async (c) => {
    const seat = await seatOf(c, context)
    if (seat === null) {
      const options = await signInWanted(context, 'officer')
      return c.html(
        frame.page(
          { title: 'Police desk', scripts: PASSKEY_SCRIPTS },
          <DeskSignInPage options={options} hasEnded={c.get('hasEnded')} />,
        ),
      )
    }
    return c.html(await queuePage(c, context, frame, seat))
  })
  app.post('/sign-in', smallBody, context.throttle.guard('owner').handle, async (c) => {
    const { name = '', response } = await readForm(c)
    const shown = { name: name.trim().slice(0, MAX_NAME), response: shownPasskey(response) }
    await signIn(c, context, await signedInOfficer(context, shown))
    return c.redirect('/desk', 303)
  })
  app.post('/sign-out', smallBody, async (c) => {
    await readForm(c)
    await signOut(c, context)
    return c.redirect('/desk', 303)
  })
  takeRoutes(app, context, frame)
  caseRoutes(app, context, frame)
  returnRoutes(app, context, frame)
  appealRoutes(app, context, frame)
  return app
}
