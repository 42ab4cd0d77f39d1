import { Hono } from 'hono'
import { Refusal, demand } from '../../../core/index.ts'
import {
  offerAsOwner,
  offerWanted,
  ownersPage,
  type Context,
  type OfferTerms,
} from '../../../registry/index.ts'
import { readForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { PASSKEY_SCRIPTS } from '../../passkey-form.tsx'
import { demandOwner, type PageContext, type PageEnv } from '../../session.ts'
import { deviceInPath, deviceOfPath } from '../device-path.ts'
import { shownPasskey } from '../passkey-answer.ts'
import { SERVICE } from '../service.ts'
import { OfferedPage, SellPage } from './pages.tsx'

const TOO_SLOW = 'An offer is signed within a minute. Nothing has changed: sign it again'

/** A phone that its owner sells: the offer, and the code for the buyer. */
export function sellRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const sellPage = async (c: PageContext, device: Uint8Array, error: string | null) => {
    const { account, csrf } = demandOwner(c)
    const { wait, terms, options } = await offerWanted(context, account, device)
    const carried = { nonce: Buffer.from(terms.nonce).toString('base64url'), from: terms.from }
    const action = `/account/phone/${deviceInPath(device)}/sell`
    return frame.page(
      {
        title: 'Sell it or give it away',
        service: SERVICE,
        scripts: PASSKEY_SCRIPTS,
        back: '/account',
        hasExit: true,
        hasError: error !== null,
      },
      <SellPage {...{ action, wait, options, csrf, error }} terms={carried} />,
    )
  }
  app.get('/:device/sell', async (c) =>
    c.html(await sellPage(c, deviceOfPath(c.req.param('device')), null)),
  )
  app.post('/:device/sell', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account } = demandOwner(c)
    const device = deviceOfPath(c.req.param('device'))
    const terms = termsOf(fields)
    const response = shownPasskey(fields['response'])
    try {
      const offered = await offerAsOwner(context, account, { device, terms, response })
      return c.html(
        frame.page(
          { title: 'Give this code to the buyer', service: SERVICE, hasExit: true },
          <OfferedPage {...offered} address={ownersPage(context, '/take')} />,
        ),
      )
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'window') throw error
      return c.html(await sellPage(c, device, TOO_SLOW), 422)
    }
  })
  return app
}

/** @throws {Refusal} malformed */
function termsOf({ nonce = '', from = '' }: Readonly<Record<string, string>>): OfferTerms {
  const isOne = /^[A-Za-z0-9_-]{43}$/.test(nonce) && /^\d{1,12}$/.test(from)
  demand(isOne, 'malformed', 'expected the terms of an offer')
  return { nonce: new Uint8Array(Buffer.from(nonce, 'base64url')), from: Number(from) }
}
