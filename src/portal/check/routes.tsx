import { Hono, type MiddlewareHandler } from 'hono'
import { Refusal, isAbout, type SignedCheck } from '../../core/index.ts'
import { check, readAnswer, toProblem, type Context, type Lane } from '../../registry/index.ts'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { SCANNING_POLICY } from '../headers.ts'
import { problemPage } from '../problem-page.tsx'
import type { PageContext, PageEnv } from '../session.ts'
import { MAX_TYPED, readNumber } from './number.ts'
import { CheckPage, type CheckOutcome } from './page.tsx'
import { PrintPage, verifyAddress } from './print-page.tsx'
import { qrOf } from '../qr-code.ts'
import { VerifyPage, type Compared } from './verify-page.tsx'
import { fromAddress, spoken, voiceOf, type Voice } from './voice.tsx'

/** Anybody checks a phone before buying it, and shows the answer around. */
export function checkRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const braked =
    (lane: Lane): MiddlewareHandler<PageEnv> =>
    async (c, next) => {
      context.throttle.admit(lane, c)
      await next()
    }
  app.onError((error, c) =>
    error instanceof Refusal && error.code === 'rate-limited'
      ? limitedPage(c, context, frame, error)
      : problemPage(c, context, frame, error),
  )

  const scan = { reader: frame.asset('barcode-reader.js'), wasm: frame.asset('zxing-reader.wasm') }
  const page = (c: PageContext, voice: Voice, outcome: CheckOutcome, typed: string) => {
    c.header('content-security-policy', SCANNING_POLICY)
    const hasError = outcome !== null && 'error' in outcome
    return spoken(
      frame,
      voice,
      { title: voice.words.title, hasError, scripts: ['scan'] },
      <CheckPage {...{ outcome, typed, voice, csrf: csrfOf(c), scan }} />,
    )
  }
  app.get('/', (c) => c.html(page(c, voiceOf(c), null, typedIn(c.req.query('imei')))))
  app.post('/', braked('check'), smallBody, async (c) => {
    const voice = voiceOf(c)
    const typed = typedIn((await readPublicForm(c))['number'])
    const asked = readNumber(typed)
    const outcome =
      typeof asked === 'string'
        ? { error: voice.words.mistakes[asked] }
        : { answer: await check(context, asked) }
    return c.html(page(c, voice, outcome, typed), 'error' in outcome ? 422 : 200)
  })

  const verifying = (
    c: PageContext,
    address: string,
    compare: (said: SignedCheck, voice: Voice) => Compared,
    typed: string,
  ) => {
    const voice = voiceOf(c)
    const said = answerAt(context, address)
    const compared = said && compare(said, voice)
    const hasError = compared !== null && 'error' in compared
    // What is none of ours is not carried into the addresses of this page.
    const query = said ? `&a=${address}` : ''
    const html = spoken(
      frame,
      voice,
      { title: voice.words.verify.title, hasError, path: '/verify', query },
      <VerifyPage {...{ said, address, compared, typed, voice, csrf: csrfOf(c) }} />,
    )
    return c.html(html, said === null || hasError ? 422 : 200)
  }
  app.get('/verify', braked('check'), (c) => verifying(c, c.req.query('a') ?? '', () => null, ''))
  app.post('/verify', braked('check'), smallBody, async (c) => {
    const form = await readPublicForm(c)
    const typed = typedIn(form['number'])
    const asked = readNumber(typed)
    const compare = (said: SignedCheck, { words }: Voice): Compared =>
      typeof asked === 'string'
        ? { error: words.mistakes[asked] }
        : { isSame: isAbout(said, asked) }
    return verifying(c, form['a'] ?? '', compare, typed)
  })
  app.get('/print', (c) => c.redirect(`/check?lang=${voiceOf(c).language}`, 303))
  app.post('/print', braked('print'), smallBody, async (c) => {
    const form = await readPublicForm(c)
    const typed = typedIn(form['number'])
    const said = answerAt(context, form['a'] ?? '')
    const asked = readNumber(typed)
    // Nothing is printed that could be taken for an answer about another number.
    if (said === null || typeof asked === 'string' || !isAbout(said, asked))
      return verifying(c, form['a'] ?? '', () => ({ isSame: false }), typed)
    const voice = voiceOf(c)
    const code = qrOf(verifyAddress(context.url, fromAddress(form['a'] ?? '')))
    const html = spoken(
      frame,
      voice,
      { title: voice.words.print.title, back: `/check?lang=${voice.language}` },
      <PrintPage {...{ said, typed, code, voice }} />,
    )
    return c.html(html)
  })
  return app
}

const typedIn = (text: string | undefined): string => (text ?? '').slice(0, MAX_TYPED).trim()

const csrfOf = (c: PageContext) => c.get('session')?.csrf ?? null

/** Null: it is no answer of this registry. */
function answerAt(context: Context, address: string): SignedCheck | null {
  try {
    return readAnswer(context, fromAddress(address))
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** Too fast: when to come back, in a sentence. Nobody is shown a picture puzzle. */
function limitedPage(c: PageContext, context: Context, frame: Frame, error: Refusal) {
  const voice = voiceOf(c)
  const { title, text } = voice.words.limited
  const seconds = Number(toProblem(error, context.logger).facts?.['retryAfterSeconds'] ?? 1)
  c.header('retry-after', String(seconds))
  const html = spoken(
    frame,
    voice,
    { title, back: `/check?lang=${voice.language}` },
    <>
      <h1 class="govuk-heading-l">{title}</h1>
      <p class="govuk-body">{text(voice.number(seconds))}</p>
    </>,
  )
  return c.html(html, 429)
}
