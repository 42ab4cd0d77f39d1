import type { Detail, ReportDetails, ReportNow } from '../../registry/index.ts'
import { Panel } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { TaskList } from '../look/task-list.tsx'
import { NEUTRAL } from '../frame.tsx'
import { When } from '../when.tsx'
import { DETAIL_PAGES } from './details.ts'

/** What the title says is true at this moment, and nothing that is only going to be. */
export function panelTitle({ state, hasOrder }: Pick<ReportNow, 'state' | 'hasOrder'>): string {
  switch (state) {
    case 'held':
      return hasOrder ? 'Your phone is locked' : 'Your report is in force'
    case 'stolen':
      return 'Police have confirmed the theft'
    case 'recovered':
      return 'Police have your phone'
    case 'retired':
      return 'This phone is out of use for good'
    case 'protected':
      return 'The lock of this report has ended'
  }
}

/** The end of the report: what is true now, until when, and what comes next. */
export function ReportPanelPage({
  now,
  details,
  path,
}: {
  readonly now: ReportNow
  readonly details: ReportDetails
  /** Of this page: its details stand below it. */
  readonly path: string
}) {
  return (
    <>
      <Panel title={panelTitle(now)}>
        Your reference
        <br />
        <strong>
          <bdi>{now.reference}</bdi>
        </strong>
      </Panel>
      <h2 class="govuk-heading-m">What is true now</h2>
      <TrueNow now={now} />
      <h2 class="govuk-heading-m">What happens next</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>An officer looks at your report. Once police confirm it, the lock has no end.</li>
        <li>
          Write down your reference. With it and your card you can{' '}
          <a class="govuk-link" href="/follow">
            follow what happens
          </a>
          {' from any phone.'}
        </li>
        <li>
          Phone <strong>101</strong> to tell police more. Ask your operator to stop the SIM, and
          your bank to stop cards on the phone.
        </li>
        <li>Whoever says they found your phone and wants a code or a password is lying.</li>
      </ul>
      <h2 class="govuk-heading-m">Tell police more, if you can</h2>
      <p class="govuk-body">
        None of it is needed for the lock. Each is saved by itself; you may stop at any time.
      </p>
      <TaskList
        tasks={(Object.keys(DETAIL_PAGES) as Detail[]).map((detail) => ({
          title: DETAIL_PAGES[detail].title,
          href: `${path}/${detail}`,
          status:
            details[detail] === ''
              ? { text: 'Optional', tag: 'govuk-tag--grey' }
              : { text: 'Saved' },
        }))}
      />
      <p class="govuk-body">
        This page ends by itself after 30 minutes; its address opens nothing from then on.
      </p>
      <Button href={NEUTRAL} classes="govuk-button--secondary" attributes={{ rel: 'noreferrer' }}>
        Leave this page
      </Button>
    </>
  )
}

function TrueNow({ now }: { readonly now: ReportNow }) {
  const until = now.lapsesAt === null ? null : now.lapsesAt * 1000
  return (
    <SummaryList
      rows={[
        { key: 'Your phone', value: <PhoneNow now={now} /> },
        ...(now.state === 'held'
          ? [{ key: 'Anyone who checks it reads', value: 'Reported by its owner. Do not buy it.' }]
          : []),
        ...(until === null ? [] : [{ key: 'Locked until', value: <When ms={until} /> }]),
      ]}
    />
  )
}

function PhoneNow({ now }: { readonly now: ReportNow }) {
  if (now.state === 'protected') return <>It is not locked by this report any more.</>
  if (now.hasOrder) return <>It has taken the lock, and shows its lock screen.</>
  return (
    <>
      {
        'It could not be reached yet, so it is not locked yet. It locks when it next connects, and cannot be set up anew. '
      }
      {now.seenAt === null ? (
        'It has not been in touch.'
      ) : (
        <>
          Last in touch: <When ms={now.seenAt} />.
        </>
      )}{' '}
      <a class="govuk-link" href="">
        Look again
      </a>
    </>
  )
}
