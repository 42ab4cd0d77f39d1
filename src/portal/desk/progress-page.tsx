import type { Refusal } from '../../core/index.ts'
import type { Progress } from '../../registry/index.ts'
import type { LiveParts } from '../live.ts'
import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { WarningText } from '../look/text.tsx'
import { When } from '../when.tsx'
import { CapWarning } from './cap-reached.tsx'
import { PHONE_WORDS, STATE_OF_CASE } from './words.ts'

interface PageProps {
  readonly progress: Progress
  readonly csrf: string
}

/** How far a lock has come, step by step; nothing of the evidence. */
export function ProgressPage({
  refused,
  ...props
}: PageProps & {
  /** Why the log did not take it, when it was asked just now. */
  readonly refused: Refusal | null
}) {
  const { case: found } = props.progress
  const path = `/desk/case/${found.id}/progress`
  return (
    <>
      <h1 class="govuk-heading-l">
        {'How far case '}
        <bdi>{found.crimeReference}</bdi>
        {' has come'}
      </h1>
      {refused === null || refused.code === 'cap-exceeded' ? null : (
        <WarningText>{refusedWords(refused)}</WarningText>
      )}
      <div id="progress" role="status" data-live={`${path}/live`}>
        {progressParts(props)['progress']}
      </div>
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

/** What of that page changes by itself. */
export function progressParts({ progress, csrf }: PageProps): LiveParts {
  const { case: found, device, officers, hasForce, leaf, isWitnessed, networks, cap } = progress
  const holdEnds = device.lapsesAt === null ? null : <When ms={device.lapsesAt} />
  return {
    progress: (
      <>
        {cap === null ? null : <CapWarning cap={cap} />}
        <SummaryList
          rows={[
            { key: 'Case', value: STATE_OF_CASE[found.state] },
            { key: 'Phone', value: PHONE_WORDS[device.state] },
            ...(holdEnds === null ? [] : [{ key: 'The owner’s lock ends', value: holdEnds }]),
            { key: 'Officers who signed', value: `${officers} of 2` },
            { key: 'The force’s own key', value: hasForce ? 'Signed' : 'Not yet' },
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
        {progress.isComplete ? (
          <form method="post" action={`/desk/case/${found.id}/progress`}>
            <input type="hidden" name="csrf" value={csrf} />
            <p class="govuk-body">All have signed, and the log has not taken it.</p>
            <Button classes="govuk-button--secondary" preventsDoubleClick>
              Ask the log again
            </Button>
          </form>
        ) : null}
      </>
    ),
  }
}

function refusedWords({ code, message }: Refusal): string {
  if (code === 'of-mismatch')
    return 'The owner’s lock that this order continued has ended, so the log takes it no more. The case is open again: propose it anew.'
  return `${message} (${code}).`
}
