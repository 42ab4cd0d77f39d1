import type { AppealNow } from '../../registry/index.ts'
import { ReferenceForm } from '../follow/reference-form.tsx'
import { Panel } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { FormErrors } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { InsetText } from '../look/text.tsx'
import { Textarea } from '../look/textarea.tsx'
import { When } from '../when.tsx'

/** What somebody has typed, and what is wrong with it. */
export interface AppealTyped {
  readonly number: string
  readonly statement: string
  readonly reach: string
  readonly errors: Readonly<{ number?: string; statement?: string; reach?: string }>
}

const label = (content: string) => ({ content, classes: 'govuk-label--m' })

/** For whoever holds a phone that is reported and says that it is his: no account, and no name. */
export function AppealPage({
  form,
  typed: { number, statement, reach, errors },
}: {
  readonly form: string
  readonly typed: AppealTyped
}) {
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">Say that it is your phone</h1>
      <p class="govuk-body">
        The force that blocked it reads your side before it looks at the owner’s, and a human
        answers in writing within 14 days. It costs nothing, and accuses nobody. Until then the
        phone stays as it is.
      </p>
      <form method="post" action="/appeal" novalidate>
        <input type="hidden" name="form" value={form} />
        <Input
          name="number"
          label={label('IMEI or serial number')}
          hint="Dial *#06# on the phone, or look on its lock screen."
          error={errors.number}
          value={number}
          classes="govuk-input--width-20"
          autocomplete="off"
          spellcheck={false}
          attributes={{ dir: 'ltr' }}
        />
        <Textarea
          name="statement"
          label={label('Your side')}
          hint="How you came to the phone, and what you have from the seller. 2,000 characters at most."
          error={errors.statement}
          value={statement}
        />
        <Input
          name="reach"
          label={label('How can an officer reach you? (optional)')}
          hint="Only officers of this appeal see it, never the owner."
          error={errors.reach}
          value={reach}
          autocomplete="off"
        />
        <Button preventsDoubleClick>Send it</Button>
      </form>
      <p class="govuk-body">
        <a class="govuk-link" href="/appeal/follow">
          Follow an appeal
        </a>
      </p>
      <InsetText>
        We never ask for money, a password or a code. Nobody learns from us whose phone it is, and
        no owner learns who you are.
      </InsetText>
    </>
  )
}

/** Number and code, shown once. */
export function AppealedPage({
  reference,
  secret,
  deadline,
}: {
  readonly reference: string
  readonly secret: string
  readonly deadline: number
}) {
  return (
    <>
      <Panel title="Your appeal is with the police">
        Your number
        <br />
        <strong>
          <bdi>{reference}</bdi>
        </strong>
      </Panel>
      <p class="govuk-body">
        {'Your code: '}
        <strong>
          <bdi class="app-number">{`${secret.slice(0, 5)} ${secret.slice(5)}`}</bdi>
        </strong>
        . Write both down now: the code is not shown again, and nobody finds your appeal without it.
      </p>
      <p class="govuk-body">
        You have an answer in writing by <When ms={deadline} />. Read it under{' '}
        <a class="govuk-link" href="/appeal/follow">
          Follow an appeal
        </a>
        . If police are late, the figures say so to everybody.
      </p>
    </>
  )
}

export function AppealFollowPage(typed: {
  readonly reference: string
  readonly error: string | null
}) {
  return (
    <ReferenceForm title="Follow an appeal" action="/appeal/follow" {...typed}>
      <Input
        name="secret"
        label={label('Code of your appeal')}
        classes="govuk-input--width-10"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
      />
    </ReferenceForm>
  )
}

const STATES = {
  waiting: 'Not answered yet',
  granted: 'Police agree with you',
  refused: 'Police do not agree',
} as const

/** What has become of an appeal, force by force. */
export function AppealNowPage({
  now: { reference, rounds, next },
  at,
  action,
}: {
  readonly now: AppealNow
  /** Ms. */
  readonly at: number
  /** Where a second force is asked. */
  readonly action: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {'Your appeal '}
        <bdi>{reference}</bdi>
      </h1>
      {rounds.map((round) => (
        <SummaryList
          card={{ title: round.force }}
          rows={[
            { key: 'Now', value: STATES[round.state] },
            {
              key: round.state === 'waiting' && at > round.deadline ? 'Late since' : 'Answer by',
              value: <When ms={round.deadline} />,
            },
            ...(round.decidedAt === null
              ? []
              : [{ key: 'Answered', value: <When ms={round.decidedAt} /> }]),
            ...(round.reason === null
              ? []
              : [{ key: 'Why', value: <span class="app-lines">{round.reason}</span> }]),
          ]}
        />
      ))}
      {rounds.at(-1)?.state === 'granted' ? (
        <p class="govuk-body">
          The phone is unblocked once police and whoever is recorded as its owner have signed, or
          its title has passed. Keep this number for that.
        </p>
      ) : null}
      {next === null ? null : 'force' in next ? (
        <form method="post" action={action}>
          <p class="govuk-body">
            You may ask a second force, once: <bdi>{next.force}</bdi> reads it afresh.
          </p>
          <Button preventsDoubleClick>Ask the second force</Button>
        </form>
      ) : (
        <p class="govuk-body">
          {'No second force is in this log. '}
          <bdi>{next.above}</bdi>
          {' stands above this one: say your number there, or phone '}
          <strong>101</strong>.
        </p>
      )}
    </>
  )
}
