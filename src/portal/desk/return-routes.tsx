import type { Hono } from 'hono'
import { Refusal, demand } from '../../core/index.ts'
import {
  draftForReturn,
  forgetSecretWords,
  handOver,
  officersOrder,
  ownersPage,
  printLabel,
  returnAtDesk,
  returnsWaiting,
  seeToThreats,
  signForReturn,
  takeCase,
  type Context,
  type OfficersAct,
} from '../../registry/index.ts'
import { shownPasskey } from '../account/passkey-answer.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { caseIn } from './case-in.ts'
import { LabelPage } from './return-label.tsx'
import { DeskReturnPage, SignReturnPage, TakeReturnPage, signTitle } from './return-page.tsx'
import { ReturnsPage } from './returns-page.tsx'
import { demandSeat } from './seat.ts'
import { atDesk } from './desk-parts.ts'

const ACTS: readonly OfficersAct[] = ['found', 'release']
const MAX_EXHIBIT = 64
const FOUND_ERROR =
  'Enter an exhibit reference of up to 64 characters, and a country in two letters'

/** How the phones of cases come back to their owners. */
export function returnRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  app.get('/returns', async (c) => {
    const { officer } = await demandSeat(c, context)
    const { items, next } = await returnsWaiting(context, officer, c.req.query('after') ?? null)
    return c.html(
      frame.page(
        { title: 'Returns', ...atDesk('/desk/returns'), back: '/desk', isWide: true },
        <ReturnsPage waiting={items} next={next} />,
      ),
    )
  })

  const returnPage = async (c: PageContext, error: string | null) => {
    const { officer, session } = await demandSeat(c, context)
    const { csrf } = session
    const caseId = caseIn(c)
    const head = { ...atDesk('/desk/returns'), back: '/desk/returns', hasError: error !== null }
    try {
      const now = await returnAtDesk(context, officer, caseId)
      const title = `Return in case ${now.case.crimeReference}`
      return frame.page({ ...head, title }, <DeskReturnPage {...{ now, csrf, error }} />)
    } catch (refused) {
      if (!(refused instanceof Refusal) || refused.code !== 'case-needed') throw refused
      const title = 'Take the case first'
      return frame.page({ ...head, title }, <TakeReturnPage {...{ caseId, csrf }} />)
    }
  }
  app.get('/case/:id/return', async (c) => c.html(await returnPage(c, null)))
  app.post('/case/:id/return/take', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await takeCase(context, officer, caseIn(c))
    return c.redirect(pathOf(c), 303)
  })
  app.post('/case/:id/return/found', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const { exhibit: typed = '', country: code = '' } = await readForm(c)
    const [exhibit, country] = [typed.trim(), code.trim().toUpperCase()]
    const isSaid = exhibit !== '' && exhibit.length <= MAX_EXHIBIT && /^[A-Z]{2}$/.test(country)
    if (!isSaid) return c.html(await returnPage(c, FOUND_ERROR), 422)
    await draftForReturn(context, officer, caseIn(c), { act: 'found', exhibit, country })
    return c.redirect(`${pathOf(c)}/sign/found`, 303)
  })
  app.post('/case/:id/return/release', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    const { found } = await returnAtDesk(context, officer, caseIn(c))
    const to = found?.way === 'insurer' ? 'titlePassed' : 'returned'
    await draftForReturn(context, officer, caseIn(c), { act: 'release', to })
    return c.redirect(`${pathOf(c)}/sign/release`, 303)
  })
  app.get('/case/:id/return/sign/:act', async (c) => {
    const { officer, session } = await demandSeat(c, context)
    const [caseId, act] = [caseIn(c), actIn(c)]
    const { options } = await officersOrder(context, officer, { caseId, act })
    return c.html(
      frame.page(
        {
          title: signTitle(act),
          ...atDesk('/desk/returns'),
          back: pathOf(c),
          scripts: PASSKEY_SCRIPTS,
        },
        <SignReturnPage {...{ caseId, act, options }} csrf={session.csrf} />,
      ),
    )
  })
  app.post('/case/:id/return/sign/:act', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const response = shownPasskey((await readForm(c))['response'])
    await signForReturn(context, officer, { caseId: caseIn(c), act: actIn(c), response })
    return c.redirect(pathOf(c), 303)
  })
  app.post('/case/:id/return/label', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    const caseId = caseIn(c)
    const { code } = await printLabel(context, officer, caseId)
    const address = ownersPage(context, '/account')
    return c.html(
      frame.page(
        { title: 'Label', ...atDesk('/desk/returns') },
        <LabelPage {...{ code, address, caseId }} />,
      ),
    )
  })
  app.post('/case/:id/return/hand-over', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await handOver(context, officer, caseIn(c))
    return c.redirect(pathOf(c), 303)
  })
  app.post('/case/:id/return/see-to', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await seeToThreats(context, officer, caseIn(c))
    return c.redirect(pathOf(c), 303)
  })
  app.post('/case/:id/return/words', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await forgetSecretWords(context, officer, caseIn(c))
    return c.redirect(pathOf(c), 303)
  })
}

const pathOf = (c: PageContext): string => `/desk/case/${caseIn(c)}/return`

/** @throws {Refusal} not-found */
function actIn(c: PageContext): OfficersAct {
  const act = ACTS.find((one) => one === c.req.param('act'))
  demand(act !== undefined, 'not-found', 'no such act')
  return act
}
