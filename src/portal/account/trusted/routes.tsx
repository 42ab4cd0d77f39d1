import { Hono } from 'hono'
import { demand } from '../../../core/index.ts'
import {
  inviteTrusted,
  ownersPage,
  phoneOfAccount,
  removeTrusted,
  trustedPeople,
  type Context,
} from '../../../registry/index.ts'
import { createdId, newFormId } from '../../form-id.ts'
import { readForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { demandOwner, type PageContext, type PageEnv } from '../../session.ts'
import { deviceInPath, deviceOfPath } from '../device-path.ts'
import { SERVICE } from '../service.ts'
import { TrustedPeoplePage } from './page.tsx'
import { UUID } from '../../uuid.ts'

const MAX_TYPED = 60
const MAX_FORM = 64
const MOST = 5

/** Whom an owner trusts with one of his phones. */
export function trustedPeopleRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const own = async (c: PageContext) => {
    const { account, csrf } = demandOwner(c)
    const device = deviceOfPath(c.req.param('device') ?? '')
    await phoneOfAccount(context, account, device)
    return { device, csrf, path: `/account/phone/${deviceInPath(device)}/trusted` }
  }
  const page = async (
    { device, csrf, path }: Awaited<ReturnType<typeof own>>,
    said: { invited?: { name: string; code: string; address: string }; error?: string },
  ) => {
    const people = await trustedPeople(context, device)
    const { invited = null, error = null } = said
    return frame.page(
      {
        title: 'People you trust',
        service: SERVICE,
        back: '/account',
        hasExit: true,
        hasError: error !== null,
      },
      <TrustedPeoplePage {...{ people, path, csrf, invited, error }} form={newFormId()} />,
    )
  }
  app.get('/:device/trusted', async (c) => c.html(await page(await own(c), {})))
  app.post('/:device/trusted', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const at = await own(c)
    const name = (fields['name'] ?? '').trim()
    if (name === '' || name.length > MAX_TYPED) {
      const error = `Enter what you call them, at most ${MAX_TYPED} characters`
      return c.html(await page(at, { error }), 422)
    }
    const id = createdId((fields['form'] ?? '').slice(0, MAX_FORM), at.path, name)
    const known = (await trustedPeople(context, at.device)).filter((one) => one.id !== id)
    if (known.length >= MOST)
      return c.html(await page(at, { error: `Remove somebody first: ${MOST} is the most` }), 422)
    const { code } = await inviteTrusted(context, { id, device: at.device, name })
    const address = ownersPage(context, '/trusted/accept')
    return c.html(await page(at, { invited: { name, code, address } }))
  })
  app.post('/:device/trusted/remove', smallBody, owning, async (c) => {
    const { id = '' } = await readForm(c)
    const at = await own(c)
    demand(UUID.test(id), 'not-found', 'no such person')
    await removeTrusted(context, { device: at.device, id })
    return c.redirect(at.path, 303)
  })
  return app
}
