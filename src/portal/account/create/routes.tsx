import { Hono } from 'hono'
import { Refusal } from '../../../core/index.ts'
import {
  createAccount,
  firstUseWanted,
  newPasskeyWanted,
  passkeyMade,
  type Context,
} from '../../../registry/index.ts'
import { readPublicForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { PASSKEY_SCRIPTS } from '../../passkey-form.tsx'
import { signIn, type PageEnv } from '../../session.ts'
import { NO_PASSKEY, carriedMade, carryMade } from '../made-passkey.ts'
import { nextPage } from '../next-page.ts'
import { madePasskey, shownPasskey } from '../passkey-answer.ts'
import { CreateAccountPage, FirstUsePage } from './pages.tsx'

const MAX_TYPED = 60
const AGAIN =
  'No account was made: the passkey was not one of this page, took longer than ten minutes, or has an account already. Sign in with it, or make another'

/** Somebody trusted, or a buyer: an account that begins with a passkey and nothing else. */
export function createRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const making = context.throttle.guard('account').handle
  const scripts = PASSKEY_SCRIPTS
  const form = async (next: string, error: string | null = null) =>
    frame.page(
      {
        title: 'Make an account without a phone',
        scripts,
        back: '/account',
        hasError: error !== null,
      },
      <CreateAccountPage options={await newPasskeyWanted(context, [])} next={next} error={error} />,
    )
  app.get('/', async (c) => c.html(await form(nextPage(c.req.query('next')))))
  app.post('/', smallBody, making, async (c) => {
    const fields = await readPublicForm(c)
    const next = nextPage(fields['next'])
    const name = (fields['name'] ?? '').trim().slice(0, MAX_TYPED)
    try {
      const made = await passkeyMade(context, madePasskey(fields['response']))
      const options = await firstUseWanted(context, made)
      const carried = { made: carryMade(made), name, next }
      return c.html(
        frame.page(
          { title: 'Now use it once', scripts },
          <FirstUsePage
            action="/account/create/use"
            options={options}
            csrf={null}
            fields={carried}
          />,
        ),
      )
    } catch (error) {
      if (!(error instanceof Refusal) || !NO_PASSKEY.includes(error.code)) throw error
      return c.html(await form(next, AGAIN), 422)
    }
  })
  app.post('/use', smallBody, making, async (c) => {
    const fields = await readPublicForm(c)
    const next = nextPage(fields['next'])
    const name = (fields['name'] ?? '').slice(0, MAX_TYPED)
    try {
      const made = carriedMade(fields['made'])
      const response = shownPasskey(fields['response'])
      const account = await createAccount(context, { name, made, response })
      await signIn(c, context, account, made.credential)
      return c.redirect(next, 303)
    } catch (error) {
      if (!(error instanceof Refusal) || !NO_PASSKEY.includes(error.code)) throw error
      return c.html(await form(next, AGAIN), 422)
    }
  })
  return app
}
