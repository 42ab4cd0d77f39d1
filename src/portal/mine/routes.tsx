import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import { answerDispute, type Context } from '../../registry/index.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { MinePage, SaidPage, type SideTyped } from './page.tsx'

const MAX_CARD = 40
const MAX_STATEMENT = 2_000

/** Of a code that is wrong, of one nobody disputes, and of one that has answered: all the same. */
const NOBODY_WAITS = 'No dispute waits for this code, or its side was said before'

/** "This is my phone": the holder of a phone that was handed over says his side, by card and without a cookie. */
export function mineRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const page = (typed: SideTyped) => {
    const hasError = Object.keys(typed.errors).length > 0
    return frame.page({ title: 'This is my phone', hasError }, <MinePage {...typed} />)
  }
  app.get('/', (c) => c.html(page({ statement: '', errors: {} })))
  app.post('/', smallBody, context.throttle.guard('owner').handle, async (c) => {
    const { card = '', statement: typed = '' } = await readPublicForm(c)
    // Browsers send line ends as two characters (HTML §4.10.22.4); people count one.
    const statement = typed.replaceAll('\r\n', '\n').trim()
    const errors = mistakes(card, statement)
    const kept = statement.slice(0, MAX_STATEMENT)
    if (Object.keys(errors).length > 0) return c.html(page({ statement: kept, errors }), 422)
    try {
      const reference = await answerDispute(context, { card: card.slice(0, MAX_CARD), statement })
      return c.html(frame.page({ title: 'Your side was kept' }, <SaidPage reference={reference} />))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      return c.html(page({ statement: kept, errors: { card: NOBODY_WAITS } }), 403)
    }
  })
  return app
}

function mistakes(card: string, statement: string): SideTyped['errors'] {
  return {
    ...(card.trim() === '' && { card: 'Enter the code that stands on your recovery card' }),
    ...(statement === '' && { statement: 'Say how you came to the phone' }),
    ...(statement.length > MAX_STATEMENT && {
      statement: 'Your side must be 2,000 characters or fewer',
    }),
  }
}
