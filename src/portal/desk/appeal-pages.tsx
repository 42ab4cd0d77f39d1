import type { AppealAtDesk, AppealWaiting } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { FormErrors } from '../look/error-summary.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { WideTable } from '../look/table.tsx'
import { InsetText } from '../look/text.tsx'
import { Textarea } from '../look/textarea.tsx'
import { When } from '../when.tsx'

/** Appeals to this force, the next deadline first. */
export function AppealsPage({
  waiting,
  now,
}: {
  readonly waiting: readonly AppealWaiting[]
  /** Ms. */
  readonly now: number
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Appeals</h1>
      {waiting.length === 0 ? (
        <p class="govuk-body">Nobody waits for an answer.</p>
      ) : (
        <WideTable
          label="Appeals"
          head={['Number', 'Answer by', 'Late', 'Asked'].map((content) => ({ content }))}
          rows={waiting.map(({ id, reference, round, deadline }) => [
            {
              content: (
                <a class="govuk-link" href={`/desk/appeal/${id}`}>
                  <bdi>{reference}</bdi>
                </a>
              ),
            },
            { content: <When ms={deadline} /> },
            { content: now > deadline ? 'Late' : 'No' },
            { content: round === 1 ? 'First' : 'After another force refused' },
          ])}
        />
      )}
      <p class="govuk-body">
        <a class="govuk-link" href="/desk">
          Back to the reports
        </a>
      </p>
    </>
  )
}

/** What somebody was about to say, and what is wrong with it. */
export interface DecisionTyped {
  readonly reason: string
  readonly errors: Readonly<{ answer?: string; reason?: string }>
}

/** One appeal: the holder's side first, then the owner's, then a decision in writing. */
export function DeskAppealPage({
  appeal,
  csrf,
  typed: { reason, errors },
}: {
  readonly appeal: AppealAtDesk
  readonly csrf: string
  readonly typed: DecisionTyped
}) {
  const path = `/desk/appeal/${appeal.id}`
  return (
    <>
      <FormErrors errors={errors} />
      <h1 class="govuk-heading-l">
        {'Appeal '}
        <bdi>{appeal.reference}</bdi>
      </h1>
      <SummaryList
        rows={[
          { key: 'Phone', value: appeal.model ?? 'Not told' },
          { key: 'Asked', value: <When ms={appeal.at} /> },
          { key: 'Answer by', value: <When ms={appeal.deadline} /> },
          {
            key: 'The holder says',
            value: <span class="app-lines">{appeal.statement}</span>,
          },
          { key: 'Reached by', value: appeal.reach || 'Not told' },
        ]}
      />
      {appeal.state !== 'waiting' ? (
        <InsetText>
          {appeal.state === 'granted' ? 'You agreed: ' : 'You refused: '}
          {appeal.reason}
        </InsetText>
      ) : appeal.isHeard ? (
        <>
          <h2 class="govuk-heading-m">The owner’s side</h2>
          <p class="govuk-body">
            {appeal.report === null ? (
              'No report of an owner is on record.'
            ) : (
              <a class="govuk-link" href={`/desk/take/${appeal.report}`}>
                {'Report '}
                <bdi>{appeal.report}</bdi>
                {': take its case'}
              </a>
            )}
          </p>
          <form method="post" action={`${path}/decide`} novalidate>
            <input type="hidden" name="csrf" value={csrf} />
            <Radios
              name="answer"
              legend={{ content: 'Your answer', classes: 'govuk-fieldset__legend--m' }}
              error={errors.answer}
              choices={[
                {
                  value: 'granted',
                  text: 'The holder is right',
                  hint: 'It unblocks nothing by itself: draft the release, or pass the title on.',
                },
                { value: 'refused', text: 'The phone stays blocked' },
              ]}
            />
            <Textarea
              name="reason"
              label={{ content: 'Your reason, which the holder reads', classes: 'govuk-label--m' }}
              hint="20 to 1,000 characters. Nothing of the owner, and no officer’s name."
              error={errors.reason}
              value={reason}
            />
            <Button preventsDoubleClick>Answer</Button>
          </form>
        </>
      ) : (
        <form method="post" action={`${path}/hear`}>
          <input type="hidden" name="csrf" value={csrf} />
          <p class="govuk-body">The owner’s side is shown once you have read the holder’s.</p>
          <Button preventsDoubleClick>I have read it</Button>
        </form>
      )}
      <p class="govuk-body">
        <a class="govuk-link" href="/desk/appeals">
          All appeals
        </a>
      </p>
    </>
  )
}
