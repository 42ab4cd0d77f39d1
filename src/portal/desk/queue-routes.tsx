import type { Hono } from 'hono'
import { Refusal, demand } from '../../core/index.ts'
import {
  MARKS,
  QUEUE_KINDS,
  QUEUE_STATES,
  deskQueue,
  queuedReport,
  takeReport,
  waitingRequests,
  type Context,
} from '../../registry/index.ts'
import { createdId } from '../form-id.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { QueuePage } from './queue-page.tsx'
import { demandSeat, type Seat } from './seat.ts'
import { TakePage } from './take-page.tsx'
import { SERVICE, takenBy } from './words.ts'

const REFERENCE = /^SM-[0-9A-Z]{4}-[0-9A-Z]{4}$/

/** The queue for whoever is seated; its filters stand in the address. */
export async function queuePage(c: PageContext, context: Context, frame: Frame, seat: Seat) {
  const filter = {
    state: QUEUE_STATES.find((state) => state === c.req.query('state')) ?? 'waiting',
    mark: MARKS.find((mark) => mark === c.req.query('mark')) ?? null,
    kind: QUEUE_KINDS.find((kind) => kind === c.req.query('kind')) ?? null,
    isMine: c.req.query('mine') === '1',
    after: c.req.query('after') ?? null,
  }
  const page = await deskQueue(context, seat.officer, filter)
  const now = context.surroundings.clock()
  const requests = await waitingRequests(context, seat.officer)
  return frame.page(
    { title: 'Reports', service: SERVICE, isWide: true },
    <QueuePage {...{ seat, filter, now, requests, ...page }} />,
  )
}

/** Taking a report up. */
export function takeRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  const page = async (c: PageContext, of: { typed: string; error: string | null }) => {
    const { officer, session } = await demandSeat(c, context)
    const reference = referenceIn(c.req.param('reference'))
    const { caseId } = await queuedReport(context, officer, reference)
    const hasError = of.error !== null
    return frame.page(
      { title: `Take report ${reference}`, service: SERVICE, back: '/desk', hasError },
      <TakePage
        reference={reference}
        hasCase={caseId !== null}
        csrf={session.csrf}
        typed={of.typed}
        error={of.error}
      />,
    )
  }
  app.get('/take/:reference', async (c) => c.html(await page(c, { typed: '', error: null })))
  app.post('/take/:reference', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const reference = referenceIn(c.req.param('reference'))
    const typed = ((await readForm(c))['crime'] ?? '').trim()
    const id = createdId('case', officer.iss, reference)
    try {
      await queuedReport(context, officer, reference)
      await takeReport(context, officer, { id, reference, crimeReference: typed })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'case-taken')
        return c.html(await page(c, { typed, error: takenBy(error) }), 409)
      if (error.code !== 'case-needed') throw error
      const sentence = 'Enter the crime reference, up to 64 characters'
      return c.html(await page(c, { typed: typed.slice(0, 64), error: sentence }), 403)
    }
    const { caseId } = await queuedReport(context, officer, reference)
    return c.redirect(`/desk/case/${caseId}`, 303)
  })
}

/** @throws {Refusal} not-found */
function referenceIn(text: string | undefined): string {
  demand(text !== undefined && REFERENCE.test(text), 'not-found', 'no such report')
  return text
}
