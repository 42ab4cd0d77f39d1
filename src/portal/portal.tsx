import { Hono } from 'hono'
import type { Context } from '../registry/index.ts'
import { appealRoutes } from './appeal/routes.tsx'
import { Assets } from './assets.ts'
import { checkRoutes } from './check/routes.tsx'
import { entryRoutes } from './entry/routes.tsx'
import { followRoutes } from './follow/routes.tsx'
import { accountRoutes } from './account/routes.tsx'
import { deskRoutes } from './desk/routes.tsx'
import type { ConformanceRow } from './figures/conformance.tsx'
import { figuresRoutes } from './figures/routes.tsx'
import { Frame } from './frame.tsx'
import { plainAddress, securityHeaders } from './headers.ts'
import type { LabDoor } from './lab/lab-view.ts'
import { labRoutes } from './lab/routes.tsx'
import { mineRoutes } from './mine/routes.tsx'
import { notFoundPage, problemPage } from './problem-page.tsx'
import { practiceRoutes } from './practice/routes.tsx'
import { requestRoutes } from './request/routes.tsx'
import { reportRoutes } from './report/routes.tsx'
import { takeRoutes } from './take/routes.tsx'
import { trustedRoutes } from './trusted/routes.tsx'
import { sessions, type PageEnv } from './session.ts'
import { StartPage, type DemoPhoneLink } from './start-page.tsx'
import { DEMONSTRATION, themeCss, type Theme } from './theme.ts'

/** Where the pages point to. */
export interface PortalOptions {
  readonly edgePort: number
  /** Simulated phones that are there to be tried: IMEI of 15 digits, and where their screen is. */
  readonly phones: () => readonly DemoPhoneLink[]
  readonly theme?: Theme
  /** Results of the conformance suite that were handed in, verified. */
  readonly conformance?: readonly ConformanceRow[]
  /** Of a demonstration that runs its phones in its own house. */
  readonly lab?: LabDoor
}

const FOR_EVER = 'public, max-age=31536000, immutable'
const FOR_AN_HOUR = 'public, max-age=3600'

/** The pages. Each works without JavaScript; what there is of it only helps. */
export function createPortal(
  context: Context,
  hub: { readonly readers: number },
  options: PortalOptions,
) {
  const theme = options.theme ?? DEMONSTRATION
  const assets = new Assets()
  const frame = new Frame(theme, assets)
  const app = new Hono<PageEnv>()
  app.use(securityHeaders)
  app.onError((error, c) => problemPage(c, context, frame, error))
  app.use(plainAddress)
  app.use(sessions(context))
  app.get('/assets/theme.css', (c) =>
    c.body(themeCss(theme), 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': FOR_AN_HOUR,
    }),
  )
  app.get('/assets/:file', (c) => {
    const asset = assets.file(c.req.param('file'))
    if (asset === null) return c.notFound()
    const headers = {
      'content-type': asset.type,
      'cache-control': FOR_EVER,
      vary: 'accept-encoding',
    }
    // Only what is the same for everybody: squeezing a page that holds a secret lets its length tell it (BREACH).
    return /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
      ? c.body(asset.zipped, 200, { ...headers, 'content-encoding': 'gzip' })
      : c.body(asset.bytes, 200, headers)
  })
  // At an address of its own that stays: a browser looks there for the newest.
  app.get('/push-worker.js', (c) =>
    c.body(assets.text('push-worker.js'), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
    }),
  )
  app.get('/', (c) => {
    const { newest, guarded } = context.sequencer.published
    const facts = {
      edgePort: options.edgePort,
      phones: options.phones(),
      hasLab: options.lab !== undefined,
      treeSize: newest?.checkpoint.size ?? 0,
      guardedSize: guarded?.checkpoint.size ?? 0,
      readers: hub.readers,
    }
    return c.html(frame.page({ title: 'Stolen phones made worthless' }, <StartPage {...facts} />))
  })
  app.route('/check', checkRoutes(context, frame))
  app.route('/account', accountRoutes(context, frame))
  app.route('/appeal', appealRoutes(context, frame))
  app.route('/desk', deskRoutes(context, frame))
  app.route('/entry', entryRoutes(context, frame))
  app.route('/follow', followRoutes(context, frame))
  app.route('/mine', mineRoutes(context, frame))
  app.route('/practice', practiceRoutes(context, frame))
  app.route('/report', reportRoutes(context, frame))
  app.route('/request', requestRoutes(context, frame))
  app.route('/take', takeRoutes(context, frame))
  app.route('/trusted', trustedRoutes(context, frame))
  app.route('/figures', figuresRoutes(context, frame, options.conformance ?? []))
  if (options.lab) app.route('/lab', labRoutes(context, frame, options.lab))
  // Whoever reads pages gets one; machines go on to the interface's own answer.
  app.get('*', (c, next) =>
    c.req.header('accept')?.includes('text/html') ? notFoundPage(c, frame) : next(),
  )
  return app
}
