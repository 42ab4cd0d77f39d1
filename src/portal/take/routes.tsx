import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import {
  handoverWanted,
  ownersPage,
  signInWanted,
  takeAsBuyer,
  type Context,
} from '../../registry/index.ts'
import { CardPage } from '../account/card/pages.tsx'
import { shownPasskey } from '../account/passkey-answer.ts'
import { signInFirst } from '../account/sign-in-first.tsx'
import { SignInPage } from '../account/sign-in-page.tsx'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import { demandOwner, ownerOf, type PageEnv } from '../session.ts'
import { HandoverPage, TakePage, TakenPage } from './pages.tsx'

/** Longer than any code: what is cut is none. */
const MAX_CODE = 200
const UNKNOWN = 'No handover has this code. Copy all of it from the seller’s page'
/** Of a code that is none, cut short, or replaced by a newer one. */
const NO_CODE = ['not-found', 'malformed', 'not-canonical', 'too-large']

/** The buyer of a phone, with an account of his own and the code that the seller gave him. */
export function takeRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const scripts = PASSKEY_SCRIPTS
  const take = (csrf: string, error: string | null) =>
    frame.page(
      { title: 'Take a phone over', hasError: error !== null, hasExit: true, scripts: ['code'] },
      <TakePage csrf={csrf} error={error} />,
    )
  app.onError((error, c) => signInFirst({ context, frame }, error, c))
  app.get('/', async (c) => {
    const session = ownerOf(c)
    if (session !== null) return c.html(take(session.csrf, null))
    const options = await signInWanted(context, 'owner')
    return c.html(
      frame.page(
        { title: 'Sign in to your account', scripts: ['code', ...scripts], hasExit: true },
        <SignInPage options={options} hasEnded={c.get('hasEnded')} next="/take" />,
      ),
    )
  })
  app.post('/', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const session = demandOwner(c)
    const { csrf } = session
    const code = (fields['code'] ?? '').trim().slice(0, MAX_CODE)
    try {
      const wanted = await handoverWanted(context, session, code)
      return c.html(
        frame.page(
          { title: 'Take a phone over', scripts, back: '/take', hasExit: true },
          <HandoverPage {...wanted} code={code} csrf={csrf} />,
        ),
      )
    } catch (error) {
      if (!(error instanceof Refusal) || !NO_CODE.includes(error.code)) throw error
      return c.html(take(csrf, UNKNOWN), 403)
    }
  })
  app.post('/confirm', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account } = demandOwner(c)
    const code = (fields['code'] ?? '').slice(0, MAX_CODE)
    const response = shownPasskey(fields['response'])
    const { card } = await takeAsBuyer(context, account, { code, response })
    const address = ownersPage(context, '/report')
    const title = card === null ? 'The phone is yours' : 'Recovery card'
    return c.html(
      frame.page(
        { title, hasExit: true },
        card === null ? <TakenPage /> : <CardPage card={card} address={address} />,
      ),
    )
  })
  return app
}
