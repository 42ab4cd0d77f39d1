import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import {
  APPEAL,
  appeal,
  appealAgain,
  appealFollowed,
  appealNow,
  reportOfTicket,
  reportTicket,
  type Context,
} from '../../registry/index.ts'
import { MAX_TYPED as MAX_NUMBER, readNumber } from '../check/number.ts'
import { CHECK_WORDS } from '../check/words.ts'
import { createdId, newFormId } from '../form-id.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import {
  AppealFollowPage,
  AppealNowPage,
  AppealPage,
  AppealedPage,
  type AppealTyped,
} from './pages.tsx'

const MAX_TYPED = 64
const NEITHER = 'No appeal has this number and this code. Check both'
const NO_REPORT = 'Nothing is reported about this number, so nothing blocks it'
const EMPTY: AppealTyped = { number: '', statement: '', reach: '', errors: {} }

/** "This is my phone": an appeal of whoever holds a blocked phone, without an account and without a cookie. */
export function appealRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const page = (form: string, typed: AppealTyped) =>
    frame.page(
      {
        title: 'Say that it is your phone',
        back: '/mine',
        hasError: Object.keys(typed.errors).length > 0,
      },
      <AppealPage form={form} typed={typed} />,
    )
  app.get('/', (c) => c.html(page(newFormId(), EMPTY)))
  app.post('/', smallBody, context.throttle.guard('report').handle, async (c) => {
    const fields = await readPublicForm(c)
    const form = (fields['form'] ?? '').slice(0, MAX_TYPED) || newFormId()
    const number = (fields['number'] ?? '').slice(0, MAX_NUMBER).trim()
    // Browsers send line ends as two characters (HTML §4.10.22.4); people count one.
    const statement = (fields['statement'] ?? '').replaceAll('\r\n', '\n').trim()
    const reach = (fields['reach'] ?? '').trim()
    const about = readNumber(number)
    const errors: AppealTyped['errors'] = {
      ...(typeof about === 'string' && { number: CHECK_WORDS.en.mistakes[about] }),
      ...(statement === '' && { statement: 'Say how you came to the phone' }),
      ...(statement.length > APPEAL.statement && {
        statement: 'Your side must be 2,000 characters or fewer',
      }),
      ...(reach.length > APPEAL.reach && { reach: 'Use 100 characters or fewer' }),
    }
    const kept = {
      number,
      statement: statement.slice(0, APPEAL.statement),
      reach: reach.slice(0, APPEAL.reach),
    }
    if (typeof about === 'string' || Object.keys(errors).length > 0)
      return c.html(page(form, { ...kept, errors }), 422)
    // Each is work for an officer: what is mistyped is not counted among them.
    context.throttle.admit('request', c)
    try {
      const id = createdId(form, number, statement, reach)
      const made = await appeal(context, { id, about, statement, reach })
      const { rounds } = await appealNow(context, id)
      const deadline = rounds[0]?.deadline ?? 0
      return c.html(
        frame.page(
          { title: 'Your appeal is with the police' },
          <AppealedPage {...made} deadline={deadline} />,
        ),
      )
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'wrong-state') throw error
      return c.html(page(form, { ...kept, errors: { number: NO_REPORT } }), 422)
    }
  })

  const follow = (reference: string, error: string | null) =>
    frame.page(
      { title: 'Follow an appeal', back: '/appeal', hasError: error !== null },
      <AppealFollowPage reference={reference} error={error} />,
    )
  app.get('/follow', (c) => c.html(follow('', null)))
  app.post('/follow', smallBody, context.throttle.guard('report').handle, async (c) => {
    const { reference = '', secret = '' } = await readPublicForm(c)
    const typed = reference.slice(0, MAX_TYPED).trim()
    try {
      const asked = { reference: typed.toUpperCase(), secret: secret.slice(0, MAX_TYPED) }
      const id = await appealFollowed(context, asked)
      return c.redirect(`/appeal/${reportTicket(context, id)}`, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      return c.html(follow(typed, NEITHER), 403)
    }
  })
  app.get('/:ticket', async (c) => {
    const ticket = c.req.param('ticket')
    const now = await appealNow(context, reportOfTicket(context, ticket))
    return c.html(
      frame.page(
        { title: `Your appeal ${now.reference}` },
        <AppealNowPage now={now} at={context.sequencer.now()} action={`/appeal/${ticket}/again`} />,
      ),
    )
  })
  app.post('/:ticket/again', smallBody, context.throttle.guard('request').handle, async (c) => {
    await readPublicForm(c)
    const ticket = c.req.param('ticket')
    const id = reportOfTicket(context, ticket)
    await appealAgain(context, id, createdId('appeal again', id))
    return c.redirect(`/appeal/${ticket}`, 303)
  })
  return app
}
