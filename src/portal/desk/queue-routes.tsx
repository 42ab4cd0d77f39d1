import type { Hono } from 'hono'
import { Refusal, demand } from '../../core/index.ts'
import {
  MARKS,
  QUEUE_KINDS,
  QUEUE_STATES,
  deskQueue,
  hasSaidKnown,
  queuedReport,
  sayKnown,
  takeReport,
  waitingRequests,
  type Context,
} from '../../registry/index.ts'
import { createdId } from '../form-id.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { NewKeys } from './new-keys.tsx'
import { QueuePage } from './queue-page.tsx'
import { demandSeat, type Seat } from './seat.ts'
import { ForOthersPage, TakePage } from './take-page.tsx'
import { atDesk } from './desk-parts.ts'
import { takenBy } from './words.ts'

const MAX_TYPED = 64
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
    {
      title: 'Reports',
      ...atDesk(),
      isWide: true,
    },
    <>
      <NewKeys context={context} seat={seat} />
      <QueuePage {...{ seat, filter, now, requests, ...page }} />
    </>,
  )
}

interface TakeTyped {
  readonly typed: string
  readonly people: string
  readonly error: string | null
  readonly peopleError: string | null
}

const UNTOUCHED: TakeTyped = { typed: '', people: '', error: null, peopleError: null }

/** Taking a report up, or leaving it to others. */
export function takeRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  const page = async (c: PageContext, of: TakeTyped) => {
    const { officer, session } = await demandSeat(c, context)
    const reference = referenceIn(c.req.param('reference'))
    const { caseId } = await queuedReport(context, officer, reference)
    const isForOthers = await hasSaidKnown(context, officer, reference)
    const hasError = of.error !== null || of.peopleError !== null
    return frame.page(
      { title: `Take report ${reference}`, ...atDesk(), back: '/desk', hasError },
      isForOthers ? (
        <ForOthersPage reference={reference} />
      ) : (
        <TakePage reference={reference} hasCase={caseId !== null} csrf={session.csrf} {...of} />
      ),
    )
  }
  app.get('/take/:reference', async (c) => c.html(await page(c, UNTOUCHED)))
  app.post('/take/:reference', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const reference = referenceIn(c.req.param('reference'))
    const fields = await readForm(c)
    const typed = (fields['crime'] ?? '').trim()
    const { people = '' } = fields
    const again = { typed: typed.slice(0, MAX_TYPED), people, error: null, peopleError: null }
    await queuedReport(context, officer, reference)
    if (people === 'known') {
      await sayKnown(context, officer, reference)
      return c.redirect(`/desk/take/${reference}`, 303)
    }
    if (people !== 'none')
      return c.html(await page(c, { ...again, peopleError: 'Say whether you know anybody' }), 422)
    const id = createdId('case', officer.iss, reference)
    try {
      await takeReport(context, officer, { id, reference, crimeReference: typed })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'case-taken')
        return c.html(await page(c, { ...again, error: takenBy(error) }), 409)
      if (error.code !== 'case-needed') throw error
      const sentence = 'Enter the crime reference, up to 64 characters'
      return c.html(await page(c, { ...again, error: sentence }), 403)
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
