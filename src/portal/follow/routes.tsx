import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import {
  reportNow,
  reportOfCard,
  reportOfTicket,
  reportTicket,
  timelineOf,
  type Context,
} from '../../registry/index.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { FollowFormPage } from './form-page.tsx'
import { FollowPage } from './timeline-page.tsx'

const MAX_TYPED = 40
const NEITHER = 'No report has this reference and this card. Check both'

/** Following a report from any phone, with reference and card, and without a cookie. */
export function followRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const form = (reference: string, error: string | null) =>
    frame.page(
      { title: 'Follow your report', hasError: error !== null, hasExit: true },
      <FollowFormPage reference={reference} error={error} />,
    )
  app.get('/', (c) => c.html(form('', null)))
  app.post('/', smallBody, context.throttle.guard('report').handle, async (c) => {
    const { reference = '', card = '' } = await readPublicForm(c)
    const typed = reference.slice(0, MAX_TYPED).trim()
    try {
      const asked = { reference: typed.toUpperCase(), card: card.slice(0, MAX_TYPED) }
      const { id } = await reportOfCard(context, asked)
      return c.redirect(`/follow/${reportTicket(context, id)}`, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      return c.html(form(typed, NEITHER), 403)
    }
  })
  app.get('/:ticket', async (c) => {
    const now = await reportNow(context, reportOfTicket(context, c.req.param('ticket')))
    const happened = await timelineOf(context, now, { seesPlaces: false })
    return c.html(
      frame.page(
        { title: `Your report ${now.reference}`, hasExit: true },
        <FollowPage now={now} happened={happened} />,
      ),
    )
  })
  return app
}
