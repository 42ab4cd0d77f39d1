import type { Refusal } from '../../core/index.ts'
import type { Progress } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { WarningText } from '../look/text.tsx'
import { When } from '../when.tsx'
import { PHONE_WORDS, STATE_OF_CASE } from './words.ts'

/** How far a lock has come, step by step; nothing of the evidence. */
export function ProgressPage({
  progress,
  csrf,
  refused,
}: {
  readonly progress: Progress
  readonly csrf: string
  /** Why the log did not take it, when it was asked just now. */
  readonly refused: Refusal | null
}) {
  const { case: found, device, officers, leaf, isWitnessed, networks, isComplete } = progress
  const path = `/desk/case/${found.id}/progress`
  return (
    <>
      <h1 class="govuk-heading-l">
        {'How far case '}
        <bdi>{found.crimeReference}</bdi>
        {' has come'}
      </h1>
      {refused === null ? null : <WhyRefused refused={refused} />}
      <SummaryList
        rows={[
          { key: 'Case', value: STATE_OF_CASE[found.state] },
          { key: 'Phone', value: PHONE_WORDS[device.state] },
          ...(device.lapsesAt === null
            ? []
            : [{ key: 'The owner’s lock ends', value: <When ms={device.lapsesAt} /> }]),
          { key: 'Officers who signed', value: `${officers} of 2` },
          {
            key: 'Logged',
            value:
              leaf === null ? (
                'Not yet'
              ) : (
                <a class="govuk-link" href={`/entry/${leaf}`}>
                  Entry {leaf} of the public log
                </a>
              ),
          },
          { key: 'Witnessed', value: isWitnessed ? 'Yes' : 'Not yet' },
          { key: 'Networks told', value: `${networks.told} of ${networks.of}` },
        ]}
      />
      {isComplete ? (
        <form method="post" action={path}>
          <input type="hidden" name="csrf" value={csrf} />
          <p class="govuk-body">All have signed, and the log has not taken it.</p>
          <Button classes="govuk-button--secondary" preventsDoubleClick>
            Ask the log again
          </Button>
        </form>
      ) : null}
      <p class="govuk-body">
        <a class="govuk-link" href={path}>
          Look again
        </a>
        {' · '}
        <a class="govuk-link" href="/desk">
          Back to the reports
        </a>
      </p>
    </>
  )
}

function WhyRefused({ refused: { code, message, facts } }: { readonly refused: Refusal }) {
  if (code !== 'cap-exceeded') return <WarningText>{`${message} (${code}).`}</WarningText>
  const frees = Number(facts['freesAtSeconds'])
  return (
    <WarningText>
      {`The cap of ${String(facts['authority'])} is used up: ${String(facts['limit'])} locks in a ${String(facts['window'])}. `}
      {frees > 0 ? (
        <>
          It frees at <When ms={frees * 1000} />.
        </>
      ) : null}
      {' Its issuer may raise it, which counts after seven days. The case waits.'}
    </WarningText>
  )
}
