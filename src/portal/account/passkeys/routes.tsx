import { Hono } from 'hono'
import { Refusal } from '../../../core/index.ts'
import {
  addPasskey,
  demandOwnPasskey,
  firstUseWanted,
  newPasskeyWanted,
  passkeyMade,
  passkeysOf,
  permitPasskey,
  removePasskey,
  signInWanted,
  usePermit,
  type Context,
} from '../../../registry/index.ts'
import { readForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { PASSKEY_SCRIPTS } from '../../passkey-form.tsx'
import { demandOwner, type PageContext, type PageEnv } from '../../session.ts'
import { FirstUsePage } from '../create/pages.tsx'
import { NO_PASSKEY, carriedMade, carryMade } from '../made-passkey.ts'
import { madePasskey, shownPasskey } from '../passkey-answer.ts'
import { SERVICE } from '../service.ts'
import { MakePasskeyPage, PasskeysPage } from './pages.tsx'

const MAX_TYPED = 60
const MAX_PERMIT = 128
const AGAIN = 'No passkey was added: it did not work, took too long, or has an account already'

/** The passkeys of an account: each change asks for one of them once more. */
export function passkeysRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const head = {
    title: 'Your passkeys',
    service: SERVICE,
    scripts: PASSKEY_SCRIPTS,
    back: '/account/passkeys',
    hasExit: true,
  }
  const list = async (c: PageContext, error: string | null = null) => {
    const { account, csrf } = demandOwner(c)
    const passkeys = await passkeysOf(context, account)
    const options = {
      ...(await signInWanted(context, 'owner')),
      allowCredentials: passkeys.map(({ credential }) => ({ id: credential, type: 'public-key' })),
    }
    return frame.page(
      { ...head, back: '/account', hasError: error !== null },
      <PasskeysPage {...{ passkeys, options, csrf, error }} />,
    )
  }
  const orList = async (c: PageContext, step: () => Promise<Response>) => {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof Refusal) || !NO_PASSKEY.includes(error.code)) throw error
      return c.html(await list(c, AGAIN), 422)
    }
  }
  app.get('/', async (c) => c.html(await list(c)))
  app.post('/new', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const session = demandOwner(c)
    return orList(c, async () => {
      const permit = await permitPasskey(context, session, shownPasskey(fields['response']))
      const label = (fields['label'] ?? '').trim().slice(0, MAX_TYPED)
      const known = await passkeysOf(context, session.account)
      const options = await newPasskeyWanted(
        context,
        known.map(({ credential }) => credential),
      )
      const page = (
        <MakePasskeyPage options={options} csrf={session.csrf} fields={{ permit, label }} />
      )
      return c.html(frame.page({ ...head, title: 'Make the new passkey' }, page))
    })
  })
  app.post('/made', smallBody, owning, async (c) => {
    const { response, permit = '', label = '' } = await readForm(c)
    const { csrf } = demandOwner(c)
    return orList(c, async () => {
      const made = await passkeyMade(context, madePasskey(response))
      const options = await firstUseWanted(context, made)
      const page = (
        <FirstUsePage
          action="/account/passkeys/add"
          options={options}
          csrf={csrf}
          fields={{ made: carryMade(made), permit, label }}
        />
      )
      return c.html(frame.page({ ...head, title: 'Now use it once' }, page))
    })
  })
  app.post('/add', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const session = demandOwner(c)
    return orList(c, async () => {
      const made = carriedMade(fields['made'])
      const response = shownPasskey(fields['response'])
      await usePermit(context, session, (fields['permit'] ?? '').slice(0, MAX_PERMIT))
      const label = (fields['label'] ?? '').slice(0, MAX_TYPED)
      await addPasskey(context, session.account, { made, response, label })
      return c.redirect('/account/passkeys', 303)
    })
  })
  app.post('/remove', smallBody, owning, async (c) => {
    const { response, credential = '' } = await readForm(c)
    const session = demandOwner(c)
    return orList(c, async () => {
      await demandOwnPasskey(context, session, shownPasskey(response))
      await removePasskey(context, session.account, credential)
      return c.redirect('/account/passkeys', 303)
    })
  })
  return app
}
