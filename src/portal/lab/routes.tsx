import { setTimeout as wait } from 'node:timers/promises'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { demand } from '../../core/index.ts'
import type { Context } from '../../registry/index.ts'
import { readForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { problemPage } from '../problem-page.tsx'
import type { PageEnv } from '../session.ts'
import type { LabDoor } from './lab-view.ts'
import { LabPage, liveParts } from './page.tsx'

/** Between two looks of somebody who watches. */
const LOOK_MS = 400
const HEARTBEAT_MS = 5_000
/** People who watch at once; the page works for everybody else too. */
const MAX_WATCHERS = 32
/** How long a browser without scripts waits for what it asked for, before it is shown how far it is. */
const PATIENCE_MS = 8_000
const MAX_BUTTON = 64

/** The lab: only on a demonstration that runs its phones in its own house. */
export function labRoutes(context: Context, frame: Frame, lab: LabDoor) {
  const app = new Hono<PageEnv>()
  let watchers = 0
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
  app.get('/live', (c) => {
    demand(watchers < MAX_WATCHERS, 'unavailable', 'enough people watch the lab')
    watchers++
    return streamSSE(c, async (stream) => {
      const shown = new Map<string, string>()
      let heardAt = 0
      try {
        while (!stream.aborted && !stream.closed) {
          const changed = Object.entries(liveParts(await lab.look()))
            .map(([id, part]) => [id, frame.fragment(part)] as const)
            .filter(([id, html]) => shown.get(id) !== html)
          const now = performance.now()
          for (const [id, html] of changed) shown.set(id, html)
          if (changed.length > 0)
            await stream.writeSSE({ data: JSON.stringify(Object.fromEntries(changed)) })
          else if (now - heardAt >= HEARTBEAT_MS) await stream.write(':\n\n')
          else {
            await stream.sleep(LOOK_MS)
            continue
          }
          heardAt = now
        }
      } finally {
        watchers--
      }
    })
  })
  return app
}
