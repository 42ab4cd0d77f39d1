import { Hono } from 'hono'
import { Refusal } from '../../core/index.ts'
import { answerDispute, type Context } from '../../registry/index.ts'
import { spoken, voiceOf, type Voice } from '../check/voice.tsx'
import { readPublicForm, smallBody } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { MINE_WORDS, type MineWords } from './words.ts'
import { MinePage, SaidPage, type SideTyped } from './page.tsx'

const MAX_CARD = 40
const MAX_STATEMENT = 2_000

/** "This is my phone": the holder of a phone that was handed over says his side, by card and without a cookie. */
export function mineRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const page = (voice: Voice, typed: SideTyped) => {
    const hasError = Object.keys(typed.errors).length > 0
    const { title } = MINE_WORDS[voice.language]
    const head = { title, hasError, area: '/mine' } as const
    return spoken(frame, voice, head, <MinePage {...typed} voice={voice} />)
  }
  app.get('/', (c) => c.html(page(voiceOf(c), { statement: '', errors: {} })))
  app.post('/', smallBody, context.throttle.guard('owner').handle, async (c) => {
    const { card = '', statement: typed = '' } = await readPublicForm(c)
    // Browsers send line ends as two characters (HTML §4.10.22.4); people count one.
    const statement = typed.replaceAll('\r\n', '\n').trim()
    const voice = voiceOf(c)
    const words = MINE_WORDS[voice.language]
    const errors = mistakes(words, card, statement)
    const kept = statement.slice(0, MAX_STATEMENT)
    if (Object.keys(errors).length > 0) return c.html(page(voice, { statement: kept, errors }), 422)
    try {
      const reference = await answerDispute(context, { card: card.slice(0, MAX_CARD), statement })
      const head = { title: words.said.title, area: '/mine' } as const
      const said = <SaidPage reference={reference} voice={voice} />
      return c.html(spoken(frame, voice, head, said))
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'not-found') throw error
      const nobody = { card: words.mistakes.nobody }
      return c.html(page(voice, { statement: kept, errors: nobody }), 403)
    }
  })
  return app
}

function mistakes(words: MineWords, card: string, statement: string): SideTyped['errors'] {
  const { card: none, side, long } = words.mistakes
  return {
    ...(card.trim() === '' && { card: none }),
    ...(statement === '' && { statement: side }),
    ...(statement.length > MAX_STATEMENT && { statement: long }),
  }
}
