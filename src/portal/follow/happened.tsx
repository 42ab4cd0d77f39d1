import type { Child } from 'hono/jsx'
import type { Happened } from '../../registry/index.ts'
import { Timeline, type TimelineItem } from '../look/timeline.tsx'
import { REFUSAL_WORDS } from '../refusal-words.ts'
import { When, whenWords } from '../when.tsx'

const COUNTRIES = new Intl.DisplayNames('en-GB', { type: 'region' })

const HOW: Readonly<Record<string, string>> = {
  attach: 'It tried to use a network.',
  activation: 'Somebody tried to set it up.',
  check: 'Somebody checked its number.',
  part: 'Somebody tried to use a part of it.',
}

/** What happened to a phone, as its owner reads it: the force, never the officer. */
export function HappenedTimeline({ happened }: { readonly happened: readonly Happened[] }) {
  return <Timeline headingLevel={3} items={happened.map(itemOf)} />
}

function itemOf({ at, leaf, what }: Happened): TimelineItem {
  const { title, byline, text } = wordsOf(what)
  return {
    title,
    ...(byline !== undefined && { byline }),
    at: { timestamp: new Date(at).toISOString(), words: whenWords(at) },
    description: (
      <>
        {text === undefined ? null : <p class="govuk-body">{text}</p>}
        {leaf === null ? null : (
          <p class="govuk-body-s">
            <a class="govuk-link" href={`/entry/${leaf}`}>
              Entry {leaf} of the public log
            </a>
          </p>
        )}
      </>
    ),
  }
}

function wordsOf(what: Happened['what']): {
  readonly title: string
  readonly byline?: string
  readonly text?: Child
} {
  switch (what.kind) {
    case 'held':
      return { title: 'Reported and locked by you' }
    case 'with-police':
      return { title: 'With police', byline: what.force }
    case 'refused':
      return {
        title: 'Police did not confirm it',
        byline: what.force,
        text: REFUSAL_WORDS[what.reason] ?? 'Phone 101 and give your reference.',
      }
    case 'overdue':
      return {
        title: 'Police are late',
        text: (
          <>
            {'You were promised an answer by '}
            <When ms={what.promised} />. Phone <strong>101</strong> and give your reference.
          </>
        ),
      }
    case 'confirmed':
      return {
        title: 'Theft confirmed: blocked everywhere',
        byline: what.force,
        text: 'Two officers signed. The lock has no end.',
      }
    case 'networks':
      return { title: `Networks told: ${what.told} of ${what.of}` }
    case 'seen':
      return {
        title: `Seen in ${COUNTRIES.of(what.country) ?? what.country}`,
        text: HOW[what.how] ?? 'It was reported to us.',
      }
    case 'found':
      return { title: 'Police have your phone', byline: what.force }
    case 'owner-key':
      return {
        title: 'A new owner’s key was recorded',
        text: (
          <>
            {'Police saw who you are. With it the phone can come back from '}
            <When ms={what.from} />.
          </>
        ),
      }
    case 'posted':
      return {
        title: 'Police have posted your phone',
        text: 'It stays blocked until you confirm in your account that you have it.',
      }
    case 'silent':
      return {
        title: 'Police now follow their own procedure',
        text: (
          <>
            {'For 28 days nobody said how the phone comes back. It stays blocked. Phone '}
            <strong>101</strong> and give your reference.
          </>
        ),
      }
    case 'returned':
      return { title: 'Returned: it works again' }
    case 'in-error':
      return { title: 'Lock taken back: it was an error' }
    case 'withdrawn':
      return { title: 'You took the report back' }
    case 'lapsed':
      return { title: 'Your lock ended', text: 'Police had not confirmed it in 72 hours.' }
    case 'retired':
      return { title: 'Out of use for good' }
  }
}
