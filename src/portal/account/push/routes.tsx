import { Hono } from 'hono'
import { notifyBrowser, silenceBrowser, type Context } from '../../../registry/index.ts'
import { readForm, smallBody } from '../../forms.ts'
import { demandOwner, type PageEnv } from '../../session.ts'
import { UUID } from '../../uuid.ts'

const MAX_TYPED = 60

/** To which browsers an owner's notices go. */
export function pushRoutes(context: Context) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  app.post('/', smallBody, owning, async (c) => {
    const { endpoint = '', p256dh = '', auth = '', label = '' } = await readForm(c)
    const { account } = demandOwner(c)
    const called = label.trim().slice(0, MAX_TYPED)
    await notifyBrowser(context, account, { endpoint, p256dh, auth, label: called })
    return c.redirect('/account?done=told', 303)
  })
  app.post('/remove', smallBody, owning, async (c) => {
    const { id = '' } = await readForm(c)
    const { account } = demandOwner(c)
    if (UUID.test(id)) await silenceBrowser(context, account, id)
    return c.redirect('/account?done=untold', 303)
  })
  return app
}
