import { bodyLimit } from 'hono/body-limit'
import { Refusal, demand } from '../core/index.ts'
import { demandOwnForm, type PageContext } from './session.ts'

/** Of a form without files. */
const MAX_FORM_BYTES = 65_536
const MAX_FIELDS = 100

/** Before a form is read: what is larger than any form is refused without being read. */
export const smallBody = bodyLimit({
  maxSize: MAX_FORM_BYTES,
  onError: () => {
    throw new Refusal('too-large', 'the form is too large')
  },
})

/** The fields of a form of whoever is signed in. @throws {Refusal} as below; forbidden: not of this session */
export async function readForm(c: PageContext): Promise<Readonly<Record<string, string>>> {
  const form = await readPublicForm(c)
  demandOwnForm(c, form)
  return form
}

/**
 * The fields of a form that asks nobody who he is, and so holds no token of a session there may be: the last of
 * each name. Files and names without end are refused; what a field must be, its page says.
 * @throws {Refusal} malformed, too-large; forbidden: of another site
 */
export async function readPublicForm(c: PageContext): Promise<Readonly<Record<string, string>>> {
  // Browsers that say where a form comes from are believed when they say "elsewhere".
  const site = c.req.header('sec-fetch-site')
  demand(site === undefined || site === 'same-origin', 'forbidden', 'the form is of another site')
  const body = await c.req.parseBody().catch(() => {
    throw new Refusal('malformed', 'expected a form')
  })
  const fields = Object.entries(body)
  demand(fields.length <= MAX_FIELDS, 'too-large', 'too many fields')
  const texts = fields.filter((field): field is [string, string] => typeof field[1] === 'string')
  // No database keeps it, and nobody types it.
  demand(!texts.some(([, text]) => text.includes('\u0000')), 'malformed', 'a NUL is no text')
  return Object.fromEntries(texts)
}
