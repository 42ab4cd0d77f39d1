import { Hono } from 'hono'
import { Refusal, WHY_STOLEN, demand } from '../../core/index.ts'
import {
  ASKS,
  browsersOf,
  cancelAct,
  liftVeil,
  claimAccount,
  ownersSignature,
  phoneOfAccount,
  phonesOfOwner,
  reportStolen,
  signAsOwner,
  signInWanted,
  skipAsk,
  signedIn,
  takeBackHold,
  type Context,
} from '../../registry/index.ts'
import { createdId, newFormId } from '../form-id.ts'
import { readForm, readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import {
  demandOwner,
  ownerOf,
  signIn,
  signOut,
  type PageContext,
  type PageEnv,
} from '../session.ts'
import { cardRoutes } from './card/routes.tsx'
import { createRoutes } from './create/routes.tsx'
import { sellRoutes } from './sell/routes.tsx'
import { deviceOfPath } from './device-path.ts'
import { KeptFormPage, keptIn } from './kept-form.tsx'
import { nextPage } from './next-page.ts'
import { pushRoutes } from './push/routes.tsx'
import { passkeysRoutes } from './passkeys/routes.tsx'
import { SERVICE } from './service.ts'
import { NewAccountPage, type NewTyped } from './new-page.tsx'
import { shownPasskey } from './passkey-answer.ts'
import { PushSection } from './push/section.tsx'
import { PhonesPage } from './phones-page.tsx'
import { SignInPage } from './sign-in-page.tsx'
import { signInFirst } from './sign-in-first.tsx'
import { SignPage, type SignErrors } from './sign-page.tsx'
import { UUID } from '../uuid.ts'
import { isWrongWord, returnRoutes, wordIn } from './return/routes.tsx'
import { NOT_YOUR_WORD } from './return/word-input.tsx'
import { trustedPeopleRoutes } from './trusted/routes.tsx'

const MAX_TYPED = 64

/** What a page says after it was led back to. */
const DONE: Readonly<Record<string, string>> = {
  stopped: 'It was stopped. Nothing changes on your phone.',
  released: 'Done. It is in the public log; networks and your phone follow within seconds.',
  way: 'Saved. Police see it at once.',
  asked: 'Sent. Officers of your case read it and decide; until then nothing changes.',
  words: 'Your words count from now on.',
  reported: 'Your report is in force.',
  told: 'This browser is told from now on.',
  untold: 'That browser is told no more.',
}

/** The owner of a phone, signed in with the passkey that is its owner's key. */
export function accountRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const scripts = PASSKEY_SCRIPTS

  app.onError((error, c) => signInFirst({ context, frame }, error, c))
  app.get('/', async (c) => {
    const session = ownerOf(c)
    if (session === null) {
      const options = await signInWanted(context, 'owner')
      return c.html(
        frame.page(
          { title: 'Sign in to your account', scripts },
          <SignInPage options={options} hasEnded={c.get('hasEnded')} />,
        ),
      )
    }
    const phones = await phonesOfOwner(context, session.account)
    const browsers = await browsersOf(context, session.account)
    const publicKey = phones.length + browsers.length > 0 ? context.push?.publicKey : undefined
    const done = DONE[c.req.query('done') ?? ''] ?? null
    return c.html(
      frame.page(
        { title: 'Your phones', service: SERVICE, hasExit: true, scripts: ['push'] },
        <PhonesPage session={session} phones={phones} form={newFormId()} done={done}>
          {publicKey === undefined ? null : (
            <PushSection browsers={browsers} publicKey={publicKey} csrf={session.csrf} />
          )}
        </PhonesPage>,
      ),
    )
  })
  app.post('/sign-in', smallBody, owning, async (c) => {
    const { response, next, kept: text } = await readPublicForm(c)
    const { account, credential } = await signedIn(context, 'owner', shownPasskey(response))
    const { csrf } = await signIn(c, context, account, credential)
    const kept = keptIn(text)
    if (kept === null) return c.redirect(nextPage(next), 303)
    return c.html(
      frame.page(
        { title: 'Go on where you were', service: SERVICE, hasExit: true },
        <KeptFormPage kept={kept} csrf={csrf} />,
      ),
    )
  })
  app.post('/sign-out', smallBody, async (c) => {
    await readForm(c)
    await signOut(c, context)
    return c.redirect('/account', 303)
  })

  const newAccount = async (typed: NewTyped) =>
    frame.page(
      { title: 'Make an account', scripts, hasError: typed.error !== null, back: '/account' },
      <NewAccountPage {...typed} options={await signInWanted(context, 'owner')} />,
    )
  app.get('/new', async (c) => c.html(await newAccount({ name: '', error: null })))
  app.post('/new', smallBody, owning, async (c) => {
    const fields = await readPublicForm(c)
    const name = (fields['name'] ?? '').trim().slice(0, MAX_TYPED)
    try {
      const card = (fields['card'] ?? '').slice(0, MAX_TYPED)
      const response = shownPasskey(fields['response'])
      const claim = { name: name || 'Owner', card, response }
      const { account, credential } = await claimAccount(context, claim)
      await signIn(c, context, account, credential)
      return c.redirect('/account', 303)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'proof-too-weak') throw error
      const sentence =
        'No phone belongs to both this card and this passkey. Check the code and try again'
      return c.html(await newAccount({ name, error: sentence }), 403)
    }
  })

  app.route('/push', pushRoutes(context))
  app.route('/create', createRoutes(context, frame))
  app.route('/passkeys', passkeysRoutes(context, frame))
  app.route('/phone', trustedPeopleRoutes(context, frame))
  app.route('/phone', cardRoutes(context, frame))
  app.route('/phone', sellRoutes(context, frame))
  app.route('/phone', returnRoutes(context, frame))
  app.post('/phone/:device/:act', smallBody, owning, async (c) => {
    const { account } = demandOwner(c)
    const fields = await readForm(c)
    const device = deviceOfPath(c.req.param('device'))
    await phoneOfAccount(context, account, device)
    switch (c.req.param('act')) {
      case 'stop':
        await cancelAct(context, { device })
        return c.redirect('/account?done=stopped', 303)
      case 'take-back':
        return c.redirect(`/account/sign/${await takeBackHold(context, account, device)}`, 303)
      case 'skip': {
        const ask = ASKS.find((known) => known === fields['ask'])
        demand(ask !== undefined, 'not-found', 'nobody asks for that')
        await skipAsk(context, { device, ask })
        return c.redirect('/account', 303)
      }
      case 'report': {
        const id = createdId((fields['form'] ?? '').slice(0, MAX_TYPED), c.req.param('device'))
        // Of one that only seems open its owner sees now what is true.
        if (!(await liftVeil(context, device)))
          await reportStolen(context, { id, device, proof: 'passkey', why: WHY_STOLEN.theft })
        return c.redirect('/account?done=reported', 303)
      }
      default:
        throw new Refusal('not-found', 'no such act')
    }
  })

  const signPage = async (c: PageContext, errors: SignErrors) => {
    const { account, csrf } = demandOwner(c)
    const wanted = await ownersSignature(context, account, draftIn(c))
    return frame.page(
      {
        title: 'Sign with your passkey',
        service: SERVICE,
        scripts,
        back: '/account',
        hasExit: true,
        hasError: Object.keys(errors).length > 0,
      },
      <SignPage wanted={wanted} csrf={csrf} errors={errors} />,
    )
  }
  app.get('/sign/:draft', async (c) => c.html(await signPage(c, {})))
  app.post('/sign/:draft', smallBody, owning, async (c) => {
    const { account } = demandOwner(c)
    const draft = draftIn(c)
    const fields = await readForm(c)
    const response = shownPasskey(fields['response'])
    const code = (fields['code'] ?? '').slice(0, MAX_TYPED)
    try {
      await signAsOwner(context, account, { draft, response, code, word: wordIn(fields) })
    } catch (error) {
      if (isWrongWord(error)) return c.html(await signPage(c, { word: NOT_YOUR_WORD }), 422)
      if (!(error instanceof Refusal) || error.code !== 'return-code') throw error
      return c.html(await signPage(c, { code: NOT_THE_CODE }), 422)
    }
    return c.redirect('/account?done=released', 303)
  })
  return app
}

const NOT_THE_CODE = 'Enter the code that stands on the label'

/** @throws {Refusal} not-found */
function draftIn(c: PageContext): string {
  const draft = c.req.param('draft')
  demand(draft !== undefined && UUID.test(draft), 'not-found', 'nothing waits for you here')
  return draft
}
