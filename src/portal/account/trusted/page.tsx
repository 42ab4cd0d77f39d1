import type { TrustedPerson } from '../../../registry/index.ts'
import { Button } from '../../look/button.tsx'
import { ErrorSummary } from '../../look/error-summary.tsx'
import { Input } from '../../look/input.tsx'
import { SummaryList } from '../../look/summary-list.tsx'
import { InsetText } from '../../look/text.tsx'
import { CodePicture } from '../../code-picture.tsx'

/** Whom an owner trusts with one phone. */
export function TrustedPeoplePage({
  people,
  path,
  csrf,
  form,
  invited,
  error,
}: {
  readonly people: readonly TrustedPerson[]
  /** Of this page. */
  readonly path: string
  readonly csrf: string
  readonly form: string
  /** Who was just invited, and the code to hand over. */
  readonly invited: Invitation | null
  readonly error: string | null
}) {
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#name' }]} />}
      <h1 class="govuk-heading-l">People you trust</h1>
      <p class="govuk-body">
        Somebody you trust can lock this phone for you when it is stolen. They cannot unlock it, and
        they never see where it is, what happened to it, or any other phone of yours.
      </p>
      {invited === null ? null : <Invited {...invited} />}
      {people.map(({ name, hasAccepted }) => (
        <SummaryList
          card={{ title: name }}
          rows={[{ key: 'Invitation', value: hasAccepted ? 'Accepted' : 'Not accepted yet' }]}
        />
      ))}
      {people.map(({ id, name }) => (
        <form method="post" action={`${path}/remove`}>
          <input type="hidden" name="csrf" value={csrf} />
          <input type="hidden" name="id" value={id} />
          <Button classes="govuk-button--secondary" preventsDoubleClick>
            {`Remove ${name}`}
          </Button>
        </form>
      ))}
      {people.length === 0 ? null : (
        <p class="govuk-body">
          Nobody is told that you removed them. If they try their code, they read that it is wrong.
        </p>
      )}
      <h2 class="govuk-heading-m">Invite somebody</h2>
      <form method="post" action={path} novalidate>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="form" value={form} />
        <Input
          name="name"
          label={{ content: 'What do you call them?' }}
          hint="Shown to you alone."
          error={error}
          classes="govuk-input--width-20"
          autocomplete="off"
        />
        <Button>Make a code for them</Button>
      </form>
    </>
  )
}

interface Invitation {
  readonly name: string
  readonly code: string
  /** Where it is accepted. */
  readonly address: string
}

function Invited({ name, code, address }: Invitation) {
  return (
    <InsetText>
      <p class="govuk-body">
        {`The code for ${name}: `}
        <strong>
          <bdi class="app-number">{`${code.slice(0, 5)} ${code.slice(5)}`}</bdi>
        </strong>
      </p>
      <p class="govuk-body">
        Give it to them yourself, and nobody else. It is shown once. They keep it, and accept within
        7 days, signed in to an account of their own, which they can make there: they scan this with
        their own phone, or open <strong class="govuk-!-text-break-word">{address}</strong>.
      </p>
      <CodePicture address={address} code={code} alt="QR code: accepts with this code" />
    </InsetText>
  )
}
