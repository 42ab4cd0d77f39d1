import type { CheckAnswer } from '../registry/index.ts'
import { CHECK_SENTENCES } from '../wire/index.ts'
import { Layout } from './layout.tsx'

/** What the visitor sees after asking: an answer, or what was wrong with the number. */
export type CheckOutcome =
  { readonly answer: CheckAnswer; readonly at: string } | { readonly error: string } | null

/** Anybody checks a phone before buying it: one field, no account, a sentence. */
export function CheckPage({
  outcome,
  typed,
}: {
  readonly outcome: CheckOutcome
  readonly typed: string
}) {
  const error = outcome && 'error' in outcome ? outcome.error : null
  return (
    <Layout title={error ? 'Error: check a phone' : 'Check a phone'}>
      {outcome && 'answer' in outcome ? <Answer {...outcome} /> : null}
      <form method="post" action="/check" novalidate>
        <label for="number">IMEI or serial number</label>
        <p id="hint">Dial *#06# on the phone, or look in its settings. An IMEI has 15 digits.</p>
        {error ? (
          <p id="error" class="error">
            <strong>Error:</strong> {error}
          </p>
        ) : null}
        <input
          id="number"
          name="number"
          type="text"
          value={typed}
          autocomplete="off"
          spellcheck={false}
          aria-describedby={error ? 'hint error' : 'hint'}
          aria-invalid={error ? 'true' : undefined}
        />
        <button type="submit">Check</button>
      </form>
    </Layout>
  )
}

function Answer({ answer, at }: { readonly answer: CheckAnswer; readonly at: string }) {
  return (
    <section class="answer" role="status" aria-label="Answer">
      <h2>{CHECK_SENTENCES[answer.state]}</h2>
      <p>
        {`Answered ${at}, as of entry ${answer.treeSize} of the public log. `}
        <a href="/log/checkpoint">See the log</a>.
      </p>
    </section>
  )
}
