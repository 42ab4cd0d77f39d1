import { Hono } from 'hono'
import { newCard, phoneOfAccount, signInWanted, type Context } from '../../../registry/index.ts'
import { readForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { PASSKEY_SCRIPTS } from '../../passkey-form.tsx'
import { demandOwner, type PageEnv } from '../../session.ts'
import { deviceInPath, deviceOfPath } from '../device-path.ts'
import { shownPasskey } from '../passkey-answer.ts'
import { SERVICE } from '../service.ts'
import { CardPage, NewCardPage } from './pages.tsx'

/** The recovery card of a phone, made anew and printed. */
export function cardRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  app.get('/:device/card', async (c) => {
    const { account, csrf } = demandOwner(c)
    const device = deviceOfPath(c.req.param('device'))
    const { passkey } = await phoneOfAccount(context, account, device)
    const options = {
      ...(await signInWanted(context, 'owner')),
      allowCredentials: [{ id: passkey.credential, type: 'public-key' }],
    }
    const action = `/account/phone/${deviceInPath(device)}/card`
    return c.html(
      frame.page(
        {
          title: 'New recovery card',
          service: SERVICE,
          scripts: PASSKEY_SCRIPTS,
          back: '/account',
          hasExit: true,
        },
        <NewCardPage {...{ action, options, csrf }} />,
      ),
    )
  })
  app.post('/:device/card', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account } = demandOwner(c)
    const response = shownPasskey(fields['response'])
    const device = deviceOfPath(c.req.param('device'))
    const { card, address } = await newCard(context, account, { device, response })
    return c.html(
      frame.page(
        { title: 'Recovery card', service: SERVICE, hasExit: true },
        <CardPage card={card} address={address} />,
      ),
    )
  })
  return app
}
