import { setTimeout as wait } from 'node:timers/promises'
import { Hono } from 'hono'
import { demand } from '../../core/index.ts'
import type { Context } from '../../registry/index.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { Watchers } from '../live.ts'
import { problemPage } from '../problem-page.tsx'
import type { PageEnv } from '../session.ts'
import type { LabDoor } from './lab-view.ts'
import { LabPage, liveParts } from './page.tsx'

/** Between two looks of somebody who watches. */
const LOOK_MS = 400
/** People who watch at once; the page works for everybody else too. */
const MAX_WATCHERS = 32
/** How long a browser without scripts waits for what it asked for, before it is shown how far it is. */
const PATIENCE_MS = 8_000
const MAX_BUTTON = 64

/** The lab: only on a demonstration that runs its phones in its own house. */
export function labRoutes(context: Context, frame: Frame, lab: LabDoor) {
  const app = new Hono<PageEnv>()
  const watchers = new Watchers(context, frame, { most: MAX_WATCHERS, lookMs: LOOK_MS })
  app.onError((error, c) => problemPage(c, context, frame, error))
  app.get('/', async (c) => {
    const csrf = c.get('session')?.csrf ?? null
    const head = { title: 'The lab', isWide: true, scripts: ['lab'] }
    return c.html(frame.page(head, <LabPage view={await lab.look()} csrf={csrf} />))
  })
  app.post('/', smallBody, async (c) => {
    const button = (await readForm(c))['button'] ?? ''
    demand(button.length <= MAX_BUTTON, 'malformed', 'no such button')
    await Promise.race([lab.press(button), wait(PATIENCE_MS, undefined, { ref: false })])
    return c.redirect('/lab', 303)
  })
  app.get('/live', (c) => watchers.watch(c, async () => liveParts(await lab.look())))
  return app
}
