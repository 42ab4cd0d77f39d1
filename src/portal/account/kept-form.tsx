import { z } from 'zod'
import { SummaryList } from '../look/summary-list.tsx'
import { Button } from '../look/button.tsx'

const MAX = 16_384
/** Forms that are worth keeping: of an owner, of somebody trusted, or of a buyer. */
const PATH =
  /^\/(account\/(phone\/[A-Za-z0-9_-]{43}\/[a-z/-]{1,20}|push(\/remove)?)|trusted(\/accept)?|take)$/
/** A form with a passkey's answer that was reached by another form: that one is sent again. */
const BEFORE: Readonly<Record<string, string>> = { '/take/confirm': '/take' }
/** Never kept: a token of the session that ended, the answer of a passkey, which is good once, and a secret word. */
const STALE = ['csrf', 'response', 'word']

const Kept = z.object({
  path: z.string().regex(PATH),
  fields: z.record(z.string().max(32), z.string().max(4_096)),
})

/** A form that came after its session had ended: sent again by whoever signs in. */
export type KeptForm = z.infer<typeof Kept>

/** Null: a form that nobody sends again. */
export function keepForm(path: string, form: Readonly<Record<string, string>>): KeptForm | null {
  const before = BEFORE[path]
  if (before !== undefined) return keepForm(before, { code: form['code'] ?? '' })
  if ('response' in form) return null
  const fields = Object.fromEntries(Object.entries(form).filter(([name]) => !STALE.includes(name)))
  const kept = Kept.safeParse({ path, fields })
  return kept.success && JSON.stringify(kept.data).length <= MAX ? kept.data : null
}

/** What a page of ours kept; null where it is none. */
export function keptIn(text: string | undefined): KeptForm | null {
  if (text === undefined || text.length > MAX) return null
  try {
    const { path, fields } = Kept.parse(JSON.parse(text))
    return keepForm(path, fields)
  } catch {
    return null
  }
}

const NAMES: Readonly<Record<string, string>> = {
  name: 'Name',
  code: 'Code',
  why: 'What happened',
  way: 'How it comes back',
  address: 'Address',
}

/** After signing in again: what was typed, and one button that sends it. */
export function KeptFormPage({ kept, csrf }: { readonly kept: KeptForm; readonly csrf: string }) {
  const typed = Object.entries(kept.fields).filter(([name]) => Object.hasOwn(NAMES, name))
  return (
    <>
      <h1 class="govuk-heading-l">Go on where you were</h1>
      <p class="govuk-body">
        You were signed out before it was sent. Nothing has happened yet, and nothing is lost.
      </p>
      {typed.length === 0 ? null : (
        <SummaryList
          rows={typed.map(([name, value]) => ({
            key: NAMES[name] ?? '',
            value: <bdi>{value}</bdi>,
          }))}
        />
      )}
      <form method="post" action={kept.path}>
        <input type="hidden" name="csrf" value={csrf} />
        {Object.entries(kept.fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Button preventsDoubleClick>Send it now</Button>
      </form>
      <p class="govuk-body">
        <a class="govuk-link" href="/account">
          Leave it
        </a>
      </p>
    </>
  )
}
