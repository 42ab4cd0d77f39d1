import { Hono } from 'hono'
import { Refusal, WHY_STOLEN } from '../../core/index.ts'
import { acceptTrust, holdForOwner, signInWanted, type Context } from '../../registry/index.ts'
import { signInFirst } from '../account/sign-in-first.tsx'
import { SignInPage } from '../account/sign-in-page.tsx'
import { createdId, newFormId } from '../form-id.ts'
import { readForm, smallBody } from '../forms.ts'
import { NEUTRAL, type Frame } from '../frame.tsx'
import { Panel } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import { ReportTroublePage } from '../report/trouble-page.tsx'
import { demandOwner, ownerOf, type PageContext, type PageEnv } from '../session.ts'
import { AcceptPage } from './accept-page.tsx'
import { UNKNOWN_CODE } from './code-input.tsx'
import { TrustedHoldPage } from './hold-page.tsx'

const MAX_TYPED = 40
const MAX_FORM = 64

type Why = keyof typeof WHY_STOLEN
const isWhy = (text: string): text is Why => Object.hasOwn(WHY_STOLEN, text)

/**
 * Somebody whom an owner trusts: an account of his own and a code given by hand. No page lists whose phones he may
 * hold, so that none tells him when he no longer may.
 */
export function trustedRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const signInPage = async (c: PageContext, next: '/trusted' | '/trusted/accept') => {
    const options = await signInWanted(context, 'owner')
    return frame.page(
      { title: 'Sign in to your account', scripts: ['code', ...PASSKEY_SCRIPTS], hasExit: true },
      <SignInPage options={options} hasEnded={c.get('hasEnded')} next={next} />,
    )
  }
  const hold = (csrf: string, typed: { why: string; errors: { code?: string; why?: string } }) =>
    frame.page(
      {
        title: 'Lock the phone of somebody who trusts you',
        hasError: Object.keys(typed.errors).length > 0,
        hasExit: true,
      },
      <TrustedHoldPage csrf={csrf} form={newFormId()} {...typed} />,
    )
  const accept = (csrf: string, error: string | null) =>
    frame.page(
      { title: 'Somebody trusts you', hasError: error !== null, hasExit: true, scripts: ['code'] },
      <AcceptPage csrf={csrf} error={error} />,
    )

  app.onError((error, c) => signInFirst({ context, frame }, error, c))
  app.get('/', async (c) => {
    const session = ownerOf(c)
    return c.html(
      session === null
        ? await signInPage(c, '/trusted')
        : hold(session.csrf, { why: '', errors: {} }),
    )
  })
  app.post('/', smallBody, owning, async (c) => {
    const { code = '', why = '', form = '' } = await readForm(c)
    const { account, csrf } = demandOwner(c)
    if (!isWhy(why))
      return c.html(hold(csrf, { why, errors: { why: 'Choose what happened' } }), 422)
    try {
      const id = createdId(form.slice(0, MAX_FORM), account, code.slice(0, MAX_TYPED))
      const shown = { account, code: code.slice(0, MAX_TYPED) }
      await holdForOwner(context, { ...shown, id, why: WHY_STOLEN[why] })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.code === 'proof-too-weak')
        return c.html(hold(csrf, { why, errors: { code: UNKNOWN_CODE } }), 403)
      if (error.code !== 'hold-exhausted' && error.code !== 'wrong-state') throw error
      const sentence =
        'It is locked already, or was locked for somebody before. Its owner, or an officer, can do more.'
      const head = { title: 'It was not locked again', hasExit: true }
      const page = <ReportTroublePage heading={head.title} sentence={sentence} />
      return c.html(frame.page(head, page), 409)
    }
    return c.redirect('/trusted/done', 303)
  })
  app.get('/accept', async (c) => {
    const session = ownerOf(c)
    return c.html(
      session === null ? await signInPage(c, '/trusted/accept') : accept(session.csrf, null),
    )
  })
  app.post('/accept', smallBody, owning, async (c) => {
    const { code = '' } = await readForm(c)
    const { account, csrf } = demandOwner(c)
    try {
      await acceptTrust(context, { account, code: code.slice(0, MAX_TYPED) })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'proof-too-weak') throw error
      return c.html(accept(csrf, UNKNOWN_CODE), 403)
    }
    return c.redirect('/trusted/accepted', 303)
  })
  const end = (title: string, sentence: string) =>
    frame.page(
      { title, hasExit: true },
      <>
        <Panel title={title} />
        <p class="govuk-body">{sentence}</p>
        <Button href={NEUTRAL} classes="govuk-button--secondary" attributes={{ rel: 'noreferrer' }}>
          Leave this page
        </Button>
      </>,
    )
  app.get('/accepted', (c) =>
    c.html(
      end(
        'You have accepted',
        'Keep the code where you find it. When their phone is stolen, open /trusted on this site, sign in, and type it.',
      ),
    ),
  )
  app.get('/done', (c) =>
    c.html(
      end(
        'The report is in force',
        'Their phone locks when it is next connected, for 72 hours at most unless police confirm the theft. They have been told. Phone 101 to tell police what happened.',
      ),
    ),
  )
  return app
}
