import type { Hono } from 'hono'
import { Refusal, STATES, WHY_STOLEN, demand } from '../../core/index.ts'
import {
  REFUSALS,
  VIEWS,
  askLogAgain,
  caseById,
  evidenceOf,
  officersSignature,
  phoneOfTakenCase,
  progressAgain,
  progressOf,
  proposeLock,
  recordView,
  refuseCase,
  signAsOfficer,
  takeCase,
  trailOf,
  type Context,
} from '../../registry/index.ts'
import { shownPasskey } from '../account/passkey-answer.ts'
import { readForm, smallBody } from '../forms.ts'
import { csvAnswer } from '../csv.ts'
import type { Frame } from '../frame.tsx'
import { Watchers } from '../live.ts'
import { worldOf } from '../maps/world.ts'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { caseIn } from './case-in.ts'
import { CasePage, SignLockPage, TakeCasePage } from './case-page.tsx'
import { CHANGED, CHECKLIST, holdParts } from './decision.tsx'
import { ProgressPage, progressParts } from './progress-page.tsx'
import { demandSeat, isStillSeated } from './seat.ts'
import { TrailPage, trailTable } from './trail-page.tsx'
import { atDesk } from './desk-parts.ts'
import { takenBy } from './words.ts'

const CHOOSE = 'Choose one of each list'
const AGAIN = 'look at the page again, it offers what may follow'
const LIVE = ['live'] as const
/** Between two looks of an officer who watches, and how many may. */
const LOOK_MS = 500
const MAX_WATCHERS = 200
const CHECK_ALL = 'Check every point of the list, and say what you see'

/** One case at the desk: seen, proposed, signed by two, or refused. */
export function caseRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  const watchers = new Watchers(context, frame, { most: MAX_WATCHERS, lookMs: LOOK_MS })
  const casePage = async (c: PageContext, error: string | null) => {
    const seat = await demandSeat(c, context)
    const evidence = await evidenceOf(context, seat.officer, caseIn(c))
    return frame.page(
      {
        title: `Case ${evidence.case.crimeReference}`,
        ...atDesk(),
        back: '/desk',
        isWide: true,
        hasError: error !== null,
        scripts: LIVE,
      },
      <CasePage evidence={evidence} seat={seat} error={error} />,
    )
  }
  app.get('/case/:id', async (c) => c.html(await casePage(c, null)))
  app.get('/case/:id/live', async (c) => {
    const seat = await demandSeat(c, context)
    const caseId = caseIn(c)
    await phoneOfTakenCase(context, seat.officer, caseId)
    const shown = STATES.find((state) => state === c.req.query('shown'))
    demand(shown !== undefined, 'malformed', 'no such state of a phone')
    return watchers.watch(c, async () => {
      if (!(await isStillSeated(context, seat))) return null
      const now = await phoneOfTakenCase(context, seat.officer, caseId)
      return holdParts(`/desk/case/${caseId}`, shown, now)
    })
  })
  /** Null: the phone is as the form's page showed it. What was decided on another state is asked again. */
  const changed = async (c: PageContext, fields: Readonly<Record<string, string>>) => {
    const { officer } = await demandSeat(c, context)
    const { state } = await phoneOfTakenCase(context, officer, caseIn(c))
    if (fields['shown'] === undefined || fields['shown'] === state) return null
    return c.html(await casePage(c, `${CHANGED[state]} Nothing was sent: ${AGAIN}`), 409)
  }
  const takePage = async (c: PageContext, error: string | null) => {
    const { officer, session } = await demandSeat(c, context)
    const { crimeReference, id } = await caseById(context, officer, caseIn(c))
    return frame.page(
      { title: `Take case ${crimeReference}`, ...atDesk(), back: '/desk' },
      <TakeCasePage {...{ id, crimeReference, csrf: session.csrf, error }} />,
    )
  }
  app.get('/case/:id/take', async (c) => c.html(await takePage(c, null)))
  app.post('/case/:id/take', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    try {
      await takeCase(context, officer, caseIn(c))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'case-taken') throw error
      return c.html(await takePage(c, takenBy(error)), 409)
    }
    return c.redirect(`/desk/case/${caseIn(c)}`, 303)
  })
  const world = worldOf(frame)
  app.get('/case/:id/sightings', async (c) => {
    const { officer } = await demandSeat(c, context)
    const trail = await trailOf(context, officer, caseIn(c))
    return c.html(
      frame.page(
        {
          title: 'Where it surfaced',
          ...atDesk(),
          back: `/desk/case/${trail.case.id}`,
          isWide: true,
        },
        <TrailPage trail={trail} world={world} />,
      ),
    )
  })
  app.get('/case/:id/sightings.csv', async (c) => {
    const { officer } = await demandSeat(c, context)
    return csvAnswer(trailTable(await trailOf(context, officer, caseIn(c))))
  })
  app.post('/case/:id/propose', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const fields = await readForm(c)
    const isOther = await changed(c, fields)
    if (isOther) return isOther
    const why = WHYS.find((one) => one === fields['why'])
    const view = VIEWS.find((one) => one === fields['view'])
    if (why === undefined || view === undefined) return c.html(await casePage(c, CHOOSE), 422)
    await proposeLock(context, officer, { caseId, why, view })
    return c.redirect(`/desk/case/${caseId}/sign`, 303)
  })
  app.post('/case/:id/view', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const fields = await readForm(c)
    const isOther = await changed(c, fields)
    if (isOther) return isOther
    const view = VIEWS.find((one) => one === fields['view'])
    const hasChecked = Object.keys(CHECKLIST).every((name) => fields[name] === '1')
    if (view === undefined || !hasChecked) return c.html(await casePage(c, CHECK_ALL), 422)
    await recordView(context, officer, { caseId, view })
    return c.redirect(`/desk/case/${caseId}`, 303)
  })
  app.post('/case/:id/refuse', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const fields = await readForm(c)
    const reason = REFUSALS.find((one) => one === fields['reason'])
    if (reason === undefined) return c.html(await casePage(c, 'Choose a reason'), 422)
    await refuseCase(context, officer, { caseId, reason })
    return c.redirect(`/desk/case/${caseId}/progress`, 303)
  })
  app.get('/case/:id/sign', async (c) => {
    const { officer, session } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const { options } = await officersSignature(context, officer, caseId)
    const evidence = await evidenceOf(context, officer, caseId)
    return c.html(
      frame.page(
        {
          title: 'Sign the order',
          ...atDesk(),
          back: `/desk/case/${caseId}`,
          scripts: PASSKEY_SCRIPTS,
        },
        <SignLockPage evidence={evidence} options={options} csrf={session.csrf} />,
      ),
    )
  })
  app.post('/case/:id/sign', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    const caseId = caseIn(c)
    const fields = await readForm(c)
    const isOther = await changed(c, fields)
    if (isOther) return isOther
    const response = shownPasskey(fields['response'])
    await signAsOfficer(context, officer, { caseId, response })
    return c.redirect(`/desk/case/${caseId}/progress`, 303)
  })

  const progressPage = async (c: PageContext, refused: Refusal | null) => {
    const { officer, session } = await demandSeat(c, context)
    const progress = await progressOf(context, officer, caseIn(c))
    return frame.page(
      { title: 'How far it has come', ...atDesk(), back: '/desk', scripts: LIVE },
      <ProgressPage progress={progress} csrf={session.csrf} refused={refused} />,
    )
  }
  app.get('/case/:id/progress', async (c) => c.html(await progressPage(c, null)))
  app.get('/case/:id/progress/live', async (c) => {
    const seat = await demandSeat(c, context)
    const { csrf } = seat.session
    const caseId = caseIn(c)
    await progressOf(context, seat.officer, caseId)
    return watchers.watch(c, async () => {
      if (!(await isStillSeated(context, seat))) return null
      return progressParts({ progress: await progressAgain(context, seat.officer, caseId), csrf })
    })
  })
  app.post('/case/:id/progress', smallBody, async (c) => {
    const { officer } = await demandSeat(c, context)
    await readForm(c)
    try {
      await askLogAgain(context, officer, caseIn(c))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return c.html(await progressPage(c, error), 409)
    }
    return c.redirect(`/desk/case/${caseIn(c)}/progress`, 303)
  })
}

const WHYS = Object.keys(WHY_STOLEN) as (keyof typeof WHY_STOLEN)[]
