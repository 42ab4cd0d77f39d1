import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html, raw } from 'hono/html'
import { Refusal, parseImei, parseSerial } from '../core/index.ts'
import { check, type Context, type Env } from '../registry/index.ts'
import { PROBLEMS } from '../wire/index.ts'
import { CheckPage, type CheckOutcome } from './check-page.tsx'
import { StartPage, type DemoPhoneLink } from './start-page.tsx'
import { PAGE_CSS } from './style.ts'

const CSP =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const MAX_FORM = 4096
const MAX_TYPED = 64

/** Where the pages point to. */
export interface PortalOptions {
  readonly edgePort: number
  /** Simulated phones that are there to be tried: IMEI of 15 digits, and where their screen is. */
  readonly phones: () => readonly DemoPhoneLink[]
}

/** The public pages. Everything works without JavaScript; there is none. */
export function createPortal(
  context: Context,
  hub: { readonly readers: number },
  options: PortalOptions,
) {
  const app = new Hono<Env>()
  app.use(async (c, next) => {
    await next()
    c.res.headers.set('content-security-policy', CSP)
    c.res.headers.set('referrer-policy', 'no-referrer')
    c.res.headers.set('x-content-type-options', 'nosniff')
  })
  app.get('/assets/page.css', (c) =>
    c.body(PAGE_CSS, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'max-age=3600',
    }),
  )
  app.get('/', (c) => {
    const { newest, guarded } = context.sequencer.published
    const facts = {
      edgePort: options.edgePort,
      phones: options.phones(),
      treeSize: newest?.checkpoint.size ?? 0,
      guardedSize: guarded?.checkpoint.size ?? 0,
      readers: hub.readers,
    }
    return c.html(page(<StartPage {...facts} />))
  })
  app.get('/check', (c) => {
    c.header('cache-control', 'no-store')
    const typed = (c.req.query('imei') ?? '').slice(0, MAX_TYPED)
    return c.html(page(<CheckPage outcome={null} typed={typed} />))
  })
  app.post('/check', bodyLimit({ maxSize: MAX_FORM }), async (c) => {
    c.header('cache-control', 'no-store')
    const form = await c.req.parseBody()
    const typed = typeof form['number'] === 'string' ? form['number'].slice(0, MAX_TYPED) : ''
    const outcome = await ask(context, typed)
    const failed = outcome !== null && 'error' in outcome
    const shown = page(<CheckPage outcome={outcome} typed={failed ? typed : ''} />)
    return c.html(shown, failed ? 422 : 200)
  })
  return app
}

/** Without the doctype browsers fall back to the layout rules of the nineties. */
function page(content: { toString(): string }) {
  return html`<!doctype html>${raw(content.toString())}`
}

async function ask(context: Context, typed: string): Promise<CheckOutcome> {
  try {
    const what = /[a-z]/i.test(typed)
      ? { serial: parseSerial(typed) }
      : { imei: parseImei(typed).imei14 }
    const answer = await check(context, what)
    const at = new Date(context.surroundings.clock()).toISOString().replace('T', ' ').slice(0, 16)
    return { answer, at: `${at} UTC` }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { error: PROBLEMS[error.code].title }
  }
}
