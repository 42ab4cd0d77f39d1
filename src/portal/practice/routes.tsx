import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import { practise, type Context } from '../../registry/index.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { NotificationBanner, Panel } from '../look/banners.tsx'
import type { PageEnv } from '../session.ts'
import { ReportFormPage, type ReportTyped } from '../report/form-page.tsx'
import { UNKNOWN_CARD } from '../report/report-card.ts'

const MAX_TYPED = 40
/** Nobody practises longer; what is older was left open. */
const LONGEST_MS = 3_600_000

/** On each page: nobody may take one for the other. */
const BANNER = (
  <NotificationBanner
    title="Practice"
    heading="This is practice: nothing is locked, nobody is told."
  />
)

/**
 * The report, practised: the same page, and no order. It has paths of its own and shares no handler with the
 * real one, so that no link and no form of it can become a hold.
 */
export function practiceRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const form = (typed: ReportTyped) => {
    const hasError = Object.keys(typed.errors).length > 0
    return frame.page(
      { title: 'Practice: lock your stolen phone', hasError, hasExit: true, before: BANNER },
      <ReportFormPage {...typed} action="/practice" />,
    )
  }
  const now = () => String(context.surroundings.clock())
  app.get('/', (c) => c.html(form({ form: now(), card: '', why: '', errors: {} })))
  app.post('/', smallBody, context.throttle.guard('report').handle, async (c) => {
    const { card = '', why = '', form: began = '' } = await readPublicForm(c)
    const typed = { form: began.slice(0, MAX_TYPED), card: card.slice(0, MAX_TYPED), why }
    if (why === '') return c.html(form({ ...typed, errors: { why: 'Choose what happened' } }), 422)
    try {
      await practise(context, typed.card)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'proof-too-weak') throw error
      return c.html(form({ ...typed, errors: { card: UNKNOWN_CARD } }), 403)
    }
    const took = Math.max(0, context.surroundings.clock() - Number(began))
    const seconds = took < LONGEST_MS ? Math.ceil(took / 1000) : 0
    return c.redirect(`/practice/done?seconds=${seconds}`, 303)
  })
  app.get('/done', (c) => {
    const said = c.req.query('seconds') ?? ''
    const seconds = /^\d{1,4}$/.test(said) ? Number(said) : 0
    return c.html(
      frame.page(
        { title: 'Practice: your card works', hasExit: true, before: BANNER },
        <>
          <Panel title="Your card works">
            {seconds === 0 ? 'Practice is over' : `It took you ${seconds} s`}
          </Panel>
          <p class="govuk-body">
            Your phone is not locked, and nobody was told. Keep the card away from the phone: in a
            wallet, at home, with somebody you trust.
          </p>
        </>,
      ),
    )
  })
  return app
}
