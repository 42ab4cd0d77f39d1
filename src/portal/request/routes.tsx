import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import {
  askPolice,
  modelOfNumber,
  reportOfTicket,
  reportTicket,
  requestFollowed,
  requestNow,
  type Context,
} from '../../registry/index.ts'
import { createdId, newFormId } from '../form-id.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { RequestCheckPage } from './check-page.tsx'
import { RequestFollowPage } from './follow-page.tsx'
import { RequestFormPage } from './form-page.tsx'
import { RequestSentPage } from './sent-page.tsx'
import { EMPTY, readTyped, typedIn, type RequestErrors, type RequestTyped } from './typed.ts'

const MAX_FORM = 64
const MAX_TYPED = 40
const NEITHER = 'No request has this reference and this number. Check both'

/** Owners whose phone nobody enrolled: what they know becomes a request to an officer, and no status. */
export function requestRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const reporting = context.throttle.guard('report').handle
  const form = (id: string, typed: RequestTyped, errors: RequestErrors) =>
    frame.page(
      {
        title: 'Ask an officer to block your phone',
        hasError: Object.keys(errors).length > 0,
        hasExit: true,
        back: '/report',
      },
      <RequestFormPage form={id} typed={typed} errors={errors} />,
    )
  const idOf = (fields: Readonly<Record<string, string>>) =>
    (fields['form'] ?? '').slice(0, MAX_FORM) || newFormId()

  app.get('/', (c) => c.html(form(newFormId(), EMPTY, {})))
  app.post('/', smallBody, reporting, async (c) => {
    const fields = await readPublicForm(c)
    const typed = typedIn(fields)
    const result = readTyped(typed)
    if ('errors' in result) return c.html(form(idOf(fields), typed, result.errors), 422)
    const { imei } = result.read
    const model = imei === null ? null : await modelOfNumber(context, imei)
    return c.html(
      frame.page(
        { title: 'Check before you send it', hasExit: true },
        <RequestCheckPage form={idOf(fields)} typed={typed} model={model} />,
      ),
    )
  })
  app.post('/change', smallBody, async (c) => {
    const fields = await readPublicForm(c)
    return c.html(form(idOf(fields), typedIn(fields), {}))
  })
  app.post('/send', smallBody, context.throttle.guard('request').handle, async (c) => {
    const fields = await readPublicForm(c)
    const typed = typedIn(fields)
    const result = readTyped(typed)
    if ('errors' in result) return c.html(form(idOf(fields), typed, result.errors), 422)
    const { name, number, operator, happened, reach } = typed
    const id = createdId(idOf(fields), number, name)
    const texts = { name, number, operator, happened, reach }
    await askPolice(context, { id, ...texts, ...result.read })
    return c.redirect(`/request/${reportTicket(context, id)}`, 303)
  })

  const follow = (reference: string, error: string | null) =>
    frame.page(
      { title: 'Follow your request', hasError: error !== null, hasExit: true },
      <RequestFollowPage reference={reference} error={error} />,
    )
  app.get('/follow', (c) => c.html(follow('', null)))
  app.post('/follow', smallBody, reporting, async (c) => {
    const { reference = '', number = '' } = await readPublicForm(c)
    const typed = reference.slice(0, MAX_TYPED).trim()
    try {
      const asked = { reference: typed.toUpperCase(), number: number.slice(0, MAX_TYPED) }
      const id = await requestFollowed(context, asked)
      return c.redirect(`/request/${reportTicket(context, id)}`, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      return c.html(follow(typed, NEITHER), 403)
    }
  })
  app.get('/:ticket', async (c) => {
    const now = await requestNow(context, reportOfTicket(context, c.req.param('ticket')))
    return c.html(
      frame.page(
        { title: `Your request ${now.reference}`, hasExit: true },
        <RequestSentPage now={now} />,
      ),
    )
  })
  return app
}
