import type { Hono } from 'hono'
import {
  CORRECTIONS,
  correctionAgain,
  correctionOf,
  correctionSignature,
  dropCorrection,
  proposeCorrection,
  recordReason,
  signCorrection,
  type Context,
} from '../../registry/index.ts'
import { shownPasskey } from '../account/passkey-answer.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { Watchers } from '../live.ts'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { caseIn } from './case-in.ts'
import { CorrectionPage, SignCorrectionPage, correctionParts } from './correction-page.tsx'
import { demandSeat, isStillSeated } from './seat.ts'
import { atDesk } from './desk-parts.ts'

const LIVE = { most: 100, lookMs: 1_000 }
const CHOOSE = 'Choose what was wrong'

/** A lock taken back as an error: proposed, looked at afresh, signed by two; the owner completes it. */
export function correctionRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  const watchers = new Watchers(context, frame, LIVE)
  const page = async (c: PageContext, error: string | null) => {
    const { officer, session } = await demandSeat(c, context)
    const correction = await correctionOf(context, officer, caseIn(c))
    return frame.page(
      {
        title: 'Correct an error',
        ...atDesk(),
        back: '/desk',
        hasError: error !== null,
        scripts: ['live'],
      },
      <CorrectionPage {...{ correction, me: officer.sub, csrf: session.csrf, error }} />,
    )
  }
  app.get('/case/:id/correction', async (c) => c.html(await page(c, null)))
  app.get('/case/:id/correction/live', async (c) => {
    const seat = await demandSeat(c, context)
    const caseId = caseIn(c)
    await correctionOf(context, seat.officer, caseId)
    return watchers.watch(c, async () =>
      (await isStillSeated(context, seat))
        ? correctionParts(await correctionAgain(context, seat.officer, caseId))
        : null,
    )
  })
  for (const [step, act] of [
    ['propose', proposeCorrection],
    ['view', recordReason],
  ] as const)
    app.post(`/case/:id/correction/${step}`, smallBody, async (c) => {
      const { officer } = await demandSeat(c, context)
      const caseId = caseIn(c)
      const fields = await readForm(c)
      const reason = CORRECTIONS.find((one) => one === fields['reason'])
      if (reason === undefined) return c.html(await page(c, CHOOSE), 422)
      await act(context, officer, { caseId, reason })
      const next = step === 'propose' ? '/sign' : ''
      return c.redirect(`/desk/case/${caseId}/correction${next}`, 303)
    })
  app.post('/case/:id/correction/drop', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    await dropCorrection(context, officer, caseIn(c))
    return c.redirect(`/desk/case/${caseIn(c)}/correction`, 303)
  })
  app.get('/case/:id/correction/sign', async (c) => {
    const { officer, session } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const { options } = await correctionSignature(context, officer, caseId)
    const correction = await correctionOf(context, officer, caseId)
    return c.html(
      frame.page(
        {
          title: 'Sign the correction',
          ...atDesk(),
          back: `/desk/case/${caseId}/correction`,
          scripts: PASSKEY_SCRIPTS,
        },
        <SignCorrectionPage {...{ correction, options, csrf: session.csrf }} />,
      ),
    )
  })
  app.post('/case/:id/correction/sign', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const response = shownPasskey((await readForm(c))['response'])
    await signCorrection(context, officer, { caseId, response })
    return c.redirect(`/desk/case/${caseId}/correction`, 303)
  })
}
