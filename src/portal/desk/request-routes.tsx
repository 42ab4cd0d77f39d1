import type { Hono } from 'hono'
import { Refusal, demand, withCheckDigit } from '../../core/index.ts'
import {
  REQUEST_REFUSALS,
  answerRequest,
  listRequests,
  modelOfNumber,
  requestAtDesk,
  takeRequest,
  type Context,
  type PoliceRequest,
} from '../../registry/index.ts'
import { createdId } from '../form-id.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { NOTHING_YET, obtainedIn, readObtained, type ObtainedErrors } from './obtained.ts'
import { AnsweredPage, RequestCheckPage, RequestPage } from './request-page.tsx'
import { RequestsPage } from './requests-page.tsx'
import { demandSeat } from './seat.ts'
import { atDesk } from './desk-parts.ts'
import { UUID } from '../uuid.ts'

const PAGE = 25

/** Owners of phones nobody enrolled: an officer obtains the number, or says why not. */
export function requestRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  app.get('/requests', async (c) => {
    const { officer } = await demandSeat(c, context)
    const after = c.req.query('after')
    demand(after === undefined || UUID.test(after), 'bad-cursor', 'not one of our cursors')
    const limit = PAGE
    const page = await listRequests(context, officer, {
      limit,
      ...(after !== undefined && { after }),
    })
    const now = context.surroundings.clock()
    return c.html(
      frame.page(
        {
          title: 'Requests without a card',
          ...atDesk('/desk/requests'),
          back: '/desk',
          isWide: true,
        },
        <RequestsPage {...page} now={now} />,
      ),
    )
  })

  /** The request while it waits; whoever comes after another officer reads that it is answered. */
  const withRequest = async (
    c: PageContext,
    answer: (request: PoliceRequest) => Promise<Response> | Response,
  ): Promise<Response> => {
    const { officer } = await demandSeat(c, context)
    const shown = await requestAtDesk(context, officer, requestIn(c))
    if (shown.state === 'waiting')
      try {
        return await answer(shown.request)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'wrong-state') throw error
        return withRequest(c, answer)
      }
    const { state, reference } = shown
    return c.html(
      frame.page(
        {
          title: `Request ${reference} is answered`,
          ...atDesk('/desk/requests'),
          back: '/desk/requests',
        },
        <AnsweredPage state={state} reference={reference} />,
      ),
      c.req.method === 'GET' ? 200 : 409,
    )
  }
  const page = async (
    c: PageContext,
    request: PoliceRequest,
    { typed = NOTHING_YET, errors = {} }: { typed?: typeof NOTHING_YET; errors?: ObtainedErrors },
  ) => {
    const { session } = await demandSeat(c, context)
    return frame.page(
      {
        title: `Request ${request.reference}`,
        ...atDesk('/desk/requests'),
        back: '/desk/requests',
        hasError: Object.keys(errors).length > 0,
      },
      <RequestPage request={request} csrf={session.csrf} typed={typed} errors={errors} />,
    )
  }
  app.get('/requests/:id', (c) =>
    withRequest(c, async (request) => c.html(await page(c, request, {}))),
  )
  app.post('/requests/:id/change', smallBody, async (c) => {
    const typed = obtainedIn(await readForm(c))
    return withRequest(c, async (request) => c.html(await page(c, request, { typed })))
  })
  app.post('/requests/:id/check', smallBody, async (c) => {
    const typed = obtainedIn(await readForm(c))
    return withRequest(c, async (request) => {
      const read = readObtained(typed)
      if ('errors' in read)
        return c.html(await page(c, request, { typed, errors: read.errors }), 422)
      const { session } = await demandSeat(c, context)
      const model = await modelOfNumber(context, read.imei)
      const imei = withCheckDigit(read.imei)
      return c.html(
        frame.page(
          {
            title: 'Is that the phone?',
            ...atDesk('/desk/requests'),
            back: `/desk/requests/${request.id}`,
          },
          <RequestCheckPage {...{ request, csrf: session.csrf, typed, model, imei }} />,
        ),
      )
    })
  })
  app.post('/requests/:id/take', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const typed = obtainedIn(await readForm(c))
    const id = requestIn(c)
    const read = readObtained(typed)
    if ('errors' in read)
      return withRequest(c, async (request) =>
        c.html(await page(c, request, { typed, errors: read.errors }), 422),
      )
    const { imei, own, crimeReference } = read
    // The same form sent twice is one case; another officer's is another, and comes too late.
    const caseId = createdId('request', officer.sub, id, imei, own, crimeReference)
    try {
      await takeRequest(context, officer, { id, answer: { caseId, crimeReference, imei, own } })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const elsewhere = `This phone is enrolled abroad, at ${String(error.facts['registry'])}: ask its police there`
      if (error.code !== 'wrong-state' && error.code !== 'home-elsewhere') throw error
      return withRequest(c, async (request) =>
        c.html(await page(c, request, { typed, errors: { imei: elsewhere } }), 409),
      )
    }
    return c.redirect(`/desk/case/${caseId}`, 303)
  })
  app.post('/requests/:id/refuse', smallBody, async (c) => {
    const fields = await readForm(c)
    return withRequest(c, async (request) => {
      const { officer } = await demandSeat(c, context)
      const reason = REQUEST_REFUSALS.find((one) => one === fields['reason'])
      if (reason === undefined) {
        const errors = { reason: 'Choose why you refuse it' }
        return c.html(await page(c, request, { errors }), 422)
      }
      await answerRequest(context, officer, { id: request.id, answer: { reason } })
      return c.redirect('/desk/requests', 303)
    })
  })
}

/** @throws {Refusal} not-found */
function requestIn(c: PageContext): string {
  const id = c.req.param('id')
  demand(id !== undefined && UUID.test(id), 'not-found', 'no such request')
  return id
}
