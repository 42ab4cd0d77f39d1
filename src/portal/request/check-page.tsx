import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { HAPPENED } from '../report/form-page.tsx'
import { FIELDS, imeiShown, type RequestTyped } from './typed.ts'

/** What was typed, named back before anything is sent: above all, which model that IMEI is. */
export function RequestCheckPage({
  form,
  typed,
  model,
}: {
  readonly form: string
  readonly typed: RequestTyped
  /** Of the IMEI that was typed; null: none was, or nobody knows. */
  readonly model: string | null
}) {
  const hidden = (
    <>
      <input type="hidden" name="form" value={form} />
      {FIELDS.map((name) => (
        <input type="hidden" name={name} value={typed[name]} />
      ))}
    </>
  )
  return (
    <>
      <h1 class="govuk-heading-l">Check before you send it</h1>
      <SummaryList
        rows={[
          {
            key: 'What happened',
            value: HAPPENED.find(({ value }) => value === typed.why)?.text ?? '',
          },
          { key: 'Your phone’s number', value: <bdi>{typed.number}</bdi> },
          { key: 'Your operator', value: typed.operator },
          { key: 'Your name', value: typed.name },
          { key: 'When it happened', value: typed.happened },
          { key: 'How to reach you', value: typed.reach === '' ? 'Not given' : typed.reach },
          {
            key: 'IMEI',
            value:
              typed.imei === '' ? (
                'Not given: an officer obtains it'
              ) : (
                <Imei {...{ typed, model }} />
              ),
          },
        ]}
      />
      <form method="post" action="/request/send">
        {hidden}
        <Button preventsDoubleClick>Send it to the police</Button>
      </form>
      <form method="post" action="/request/change">
        {hidden}
        <Button classes="govuk-button--secondary">Change something</Button>
      </form>
    </>
  )
}

function Imei({ typed, model }: { readonly typed: RequestTyped; readonly model: string | null }) {
  return (
    <>
      <bdi class="app-number">{imeiShown(typed.imei)}</bdi>
      <br />
      {model === null
        ? 'We do not know which model this number belongs to. Compare it once more.'
        : `The model is ${model}. Yours?`}
    </>
  )
}
