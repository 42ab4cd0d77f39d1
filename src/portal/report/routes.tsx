import { Hono } from 'hono'
import { demand } from '../../core/index.ts'
import {
  DETAILS,
  detailsOf,
  reportNow,
  reportOfTicket,
  reportOncePhoneKnows,
  reportTicket,
  saveDetail,
  toProblem,
  type Context,
} from '../../registry/index.ts'
import { newFormId } from '../form-id.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { problemPage } from '../problem-page.tsx'
import type { PageEnv } from '../session.ts'
import { DetailPage } from './detail-page.tsx'
import { isDetail } from './details.ts'
import { ReportFormPage, type ReportTyped } from './form-page.tsx'
import { ReportPanelPage, panelTitle } from './panel-page.tsx'
import { finalSentence, reportByCard } from './report-card.ts'
import { ReportTroublePage } from './trouble-page.tsx'

const MAX_SHOWN = 40

/**
 * Reporting from a borrowed phone. No cookie is set or needed: the address of the pages after the report
 * carries a ticket that ends by itself.
 */
export function reportRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const reporting = context.throttle.guard('report')
  const form = (typed: ReportTyped) => {
    const hasError = Object.keys(typed.errors).length > 0
    return frame.page(
      { title: 'Lock your stolen phone', hasError, hasExit: true, scripts: ['code'] },
      <ReportFormPage {...typed} />,
    )
  }
  const trouble = (heading: string, sentence: string) =>
    frame.page(
      { title: heading, hasExit: true },
      <ReportTroublePage heading={heading} sentence={sentence} />,
    )

  app.onError((error, c) => {
    const { title, status, facts } = toProblem(error, context.logger)
    if (status !== 429 && status < 500) return problemPage(c, context, frame, error)
    c.header('retry-after', String(facts?.['retryAfterSeconds'] ?? 2))
    const heading = status === 429 ? 'Wait a moment' : 'We cannot lock it right now'
    return c.html(
      trouble(heading, `${title} Nothing was lost or sent.`),
      status === 429 ? 429 : 503,
    )
  })
  app.get('/', (c) => c.html(form({ form: newFormId(), card: '', why: '', errors: {} })))
  app.post('/', smallBody, reporting.handle, async (c) => {
    const fields = await readPublicForm(c)
    const reported = await reportByCard(context, fields)
    if ('id' in reported) return c.redirect(`/report/${reportTicket(context, reported.id)}`, 303)
    if ('refused' in reported)
      return c.html(trouble('It was not locked again', finalSentence(reported.refused)), 409)
    const { card = '', why = '' } = fields
    const typed = { form: newFormId(), card: card.slice(0, MAX_SHOWN), why }
    return 'why' in reported
      ? c.html(form({ ...typed, errors: { why: reported.why } }), 422)
      : c.html(form({ ...typed, errors: { card: reported.card } }), reported.status)
  })
  app.get('/:ticket', async (c) => {
    const ticket = c.req.param('ticket')
    const now = await reportOncePhoneKnows(context, reportOfTicket(context, ticket))
    const details = await detailsOf(context, now.id)
    return c.html(
      frame.page(
        { title: panelTitle(now), hasExit: true },
        <ReportPanelPage now={now} details={details} path={`/report/${ticket}`} />,
      ),
    )
  })
  const detail = (ticket: string, name: string) => {
    demand(isDetail(name), 'not-found', 'no such page')
    return { id: reportOfTicket(context, ticket), detail: name, path: `/report/${ticket}/${name}` }
  }
  const detailPage = (
    at: ReturnType<typeof detail>,
    ticket: string,
    said: { text: string; error: string | null },
  ) =>
    frame.page(
      {
        title: 'Tell police more',
        hasError: said.error !== null,
        hasExit: true,
        back: `/report/${ticket}`,
      },
      <DetailPage detail={at.detail} path={at.path} {...said} />,
    )
  app.get('/:ticket/:detail', async (c) => {
    const { ticket, detail: name } = c.req.param()
    const at = detail(ticket, name)
    await reportNow(context, at.id)
    const text = (await detailsOf(context, at.id))[at.detail]
    return c.html(detailPage(at, ticket, { text, error: null }))
  })
  app.post('/:ticket/:detail', smallBody, async (c) => {
    const { ticket, detail: name } = c.req.param()
    const at = detail(ticket, name)
    const text = ((await readPublicForm(c))['text'] ?? '').trim()
    const most = DETAILS[at.detail]
    if (text.length > most) {
      const error = `Write at most ${most} characters; there are ${text.length}`
      return c.html(detailPage(at, ticket, { text, error }), 422)
    }
    await reportNow(context, at.id)
    await saveDetail(context, at.id, { detail: at.detail, text })
    return c.redirect(`/report/${ticket}`, 303)
  })
  return app
}
