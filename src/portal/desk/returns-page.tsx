import type { ReturnWaiting } from '../../registry/index.ts'
import { WAY_WORDS } from '../account/return/part.tsx'
import { Tag } from '../look/tag.tsx'
import { WideTable } from '../look/table.tsx'
import { When } from '../when.tsx'

const KINDS: Readonly<Record<ReturnWaiting['kind'], string>> = {
  threat: 'Owner under threat',
  request: 'Owner asks to unblock',
  found: 'With police',
}

/** Phones on their way back, and what their owners have said: no phone and no owner, which only a case opens. */
export function ReturnsPage({
  waiting,
  next,
}: {
  readonly waiting: readonly ReturnWaiting[]
  readonly next: string | null
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Returns</h1>
      {waiting.length === 0 ? <p class="govuk-body">Nothing waits.</p> : null}
      {waiting.length === 0 ? null : (
        <WideTable
          label="Returns"
          head={['What', 'Since', 'Case', 'Stands at'].map((content) => ({ content }))}
          rows={waiting.map((one) => [
            {
              content:
                one.kind === 'threat' ? (
                  <Tag classes="govuk-tag--red">{KINDS.threat}</Tag>
                ) : (
                  KINDS[one.kind]
                ),
            },
            { content: <When ms={one.at} /> },
            {
              content:
                one.caseId === null ? (
                  <WithoutCase report={one.report} />
                ) : (
                  <a class="govuk-link" href={`/desk/case/${one.caseId}/return`}>
                    <bdi>{one.crimeReference}</bdi>
                  </a>
                ),
            },
            { content: standsAt(one) },
          ])}
        />
      )}
      {next === null ? null : (
        <p class="govuk-body">
          <a class="govuk-link" href={`/desk/returns?after=${next}`} rel="next">
            Next page
          </a>
        </p>
      )}
      <p class="govuk-body">
        <a class="govuk-link" href="/desk">
          Back to the reports
        </a>
      </p>
    </>
  )
}

function WithoutCase({ report }: { readonly report: string | null }) {
  if (report === null) return <>Nothing was reported</>
  return (
    <a class="govuk-link" href={`/desk/take/${report}`}>
      {'Take '}
      <bdi>{report}</bdi>
    </a>
  )
}

function standsAt({ found }: ReturnWaiting): string {
  if (found === null) return 'For an officer to read'
  if (found.way === null) return 'The owner has not said how'
  if (found.handedAt !== null) return 'On its way'
  return `${WAY_WORDS[found.way]}${found.printedAt === null ? '; label to be printed' : '; label printed'}`
}
