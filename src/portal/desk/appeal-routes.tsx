import type { Hono } from 'hono'
import { demand } from '../../core/index.ts'
import {
  REASON,
  appealAtDesk,
  appealsWaiting,
  decideAppeal,
  hearAppeal,
  type Context,
} from '../../registry/index.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { AppealsPage, DeskAppealPage, type DecisionTyped } from './appeal-pages.tsx'
import { demandSeat } from './seat.ts'
import { atDesk } from './desk-parts.ts'
import { UUID } from '../uuid.ts'

const NOTHING: DecisionTyped = { reason: '', errors: {} }

/** Appeals of whoever holds a phone that this force blocked. */
export function appealRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  app.get('/appeals', async (c) => {
    const { officer } = await demandSeat(c, context)
    const waiting = await appealsWaiting(context, officer)
    return c.html(
      frame.page(
        { title: 'Appeals', ...atDesk('/desk/appeals'), back: '/desk', isWide: true },
        <AppealsPage waiting={waiting} now={context.sequencer.now()} />,
      ),
    )
  })
  const page = async (c: PageContext, typed: DecisionTyped) => {
    const { officer, session } = await demandSeat(c, context)
    const appeal = await appealAtDesk(context, officer, appealIn(c))
    return frame.page(
      {
        title: `Appeal ${appeal.reference}`,
        ...atDesk('/desk/appeals'),
        back: '/desk/appeals',
        hasError: Object.keys(typed.errors).length > 0,
      },
      <DeskAppealPage appeal={appeal} csrf={session.csrf} typed={typed} />,
    )
  }
  app.get('/appeal/:id', async (c) => c.html(await page(c, NOTHING)))
  app.post('/appeal/:id/hear', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await hearAppeal(context, officer, appealIn(c))
    return c.redirect(`/desk/appeal/${appealIn(c)}`, 303)
  })
  app.post('/appeal/:id/decide', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const { answer, reason: typed = '' } = await readForm(c)
    const reason = typed.replaceAll('\r\n', '\n').trim()
    const isOne = answer === 'granted' || answer === 'refused'
    const isReason = reason.length >= REASON.least && reason.length <= REASON.most
    const errors: DecisionTyped['errors'] = {
      ...(!isOne && { answer: 'Choose an answer' }),
      ...(!isReason && { reason: 'Give a reason of 20 to 1,000 characters' }),
    }
    if (!isOne || !isReason)
      return c.html(await page(c, { reason: reason.slice(0, REASON.most), errors }), 422)
    const isGranted = answer === 'granted'
    await decideAppeal(context, officer, { id: appealIn(c), isGranted, reason })
    return c.redirect(`/desk/appeal/${appealIn(c)}`, 303)
  })
}

/** @throws {Refusal} not-found */
function appealIn(c: PageContext): string {
  const id = c.req.param('id')
  demand(id !== undefined && UUID.test(id), 'not-found', 'no such appeal')
  return id
}
