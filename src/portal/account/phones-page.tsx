import type { Child } from 'hono/jsx'
import type { PhoneOfOwner, Session, WaitStatus } from '../../registry/index.ts'
import { HappenedTimeline } from '../follow/happened.tsx'
import { STATE_WORDS } from '../follow/state-words.ts'
import { NotificationBanner } from '../look/banners.tsx'
import { Button } from '../look/button.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { When } from '../when.tsx'
import { AskFor } from './asks.tsx'
import { DisputeNotice, Protects } from './phone-facts.tsx'
import { deviceInPath } from './device-path.ts'
import { ReturnPart } from './return/part.tsx'

const ACTS: Readonly<Record<WaitStatus['act'], string>> = {
  reset: 'Erasing the phone',
  unprotect: 'Switching protection off',
  transfer: 'Handing it over to somebody else',
}

/** What an owner has: each phone, what protects it, what waits, what happened. */
export function PhonesPage({
  session,
  phones,
  form,
  done,
  children,
}: {
  readonly session: Session
  readonly phones: readonly PhoneOfOwner[]
  /** Id of whatever a form of this page creates. */
  readonly form: string
  /** What was just done, in a sentence. */
  readonly done: string | null
  /** To which browsers its notices go. */
  readonly children?: Child
}) {
  return (
    <>
      {done === null ? null : <NotificationBanner type="success" heading={done} />}
      <h1 class="govuk-heading-l">Your phones</h1>
      {phones.length === 0 ? <NoPhone /> : null}
      {phones.map((phone) => (
        <PhoneSection phone={phone} csrf={session.csrf} form={form} />
      ))}
      <p class="govuk-body">
        {'Were you given or sold a phone? '}
        <a class="govuk-link" href="/take">
          Take it over with the code from its owner
        </a>
        .
      </p>
      {children}
      <p class="govuk-body">
        <a class="govuk-link" href="/account/passkeys">
          Your passkeys
        </a>
      </p>
      <form method="post" action="/account/sign-out">
        <input type="hidden" name="csrf" value={session.csrf} />
        <Button classes="govuk-button--secondary">Sign out</Button>
      </form>
    </>
  )
}

/** What an account is good for that owns nothing. */
function NoPhone() {
  return (
    <>
      <p class="govuk-body">
        No phone has your passkey as its owner’s key. With this account you can
      </p>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href="/trusted/accept">
            accept a code from somebody who trusts you
          </a>
          {', and then '}
          <a class="govuk-link" href="/trusted">
            lock their phone when it is stolen
          </a>
        </li>
        <li>take over a phone that you buy or are given; it is yours from then on</li>
      </ul>
    </>
  )
}

interface SectionProps {
  readonly phone: PhoneOfOwner
  readonly csrf: string
  readonly form: string
}

function PhoneSection({ phone, csrf, form }: SectionProps) {
  const { model, serial, state, lapsesAt, waiting, report } = phone
  const { looks, asks, dispute } = phone
  const path = `/account/phone/${deviceInPath(phone.device)}`
  const isWaiting = waiting !== null && ['requested', 'pending', 'ready'].includes(waiting.stage)
  return (
    <section aria-label={`${model} ${serial ?? ''}`}>
      <SummaryList
        card={{ title: serial === null ? model : `${model}, serial ${serial}` }}
        rows={[
          {
            key: 'Now',
            value:
              lapsesAt === null ? (
                STATE_WORDS[state]
              ) : (
                <>
                  {STATE_WORDS[state]} until <When ms={lapsesAt * 1000} />
                </>
              ),
          },
          {
            key: 'What protects it',
            value: <Protects phone={phone} />,
          },
          ...(looks.length > 0
            ? [{ key: 'Looked up by police', value: <LookedUp looks={looks} /> }]
            : []),
          ...(isWaiting ? [{ key: 'Waiting', value: <Waiting wait={waiting} /> }] : []),
        ]}
      />
      {dispute === null ? null : <DisputeNotice dispute={dispute} />}
      {isWaiting ? (
        <Act path={`${path}/stop`} csrf={csrf} button={`Stop: ${ACTS[waiting.act]}`} />
      ) : null}
      <ReturnPart phone={phone} path={path} />
      {state === 'held' ? (
        <Act path={`${path}/take-back`} csrf={csrf} button="False alarm: take the report back" />
      ) : null}
      {state === 'protected' ? (
        <Act path={`${path}/report`} csrf={csrf} form={form} button="It was stolen: lock it" />
      ) : null}
      {asks.map((ask) => (
        <AskFor ask={ask} path={path} csrf={csrf} />
      ))}
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/card`}>
          New recovery card
          <span class="govuk-visually-hidden">{` for ${model} ${serial ?? ''}`}</span>
        </a>
      </p>
      {state === 'protected' ? (
        <p class="govuk-body">
          <a class="govuk-link" href={`${path}/sell`}>
            Sell it or give it away
            <span class="govuk-visually-hidden">{`: ${model} ${serial ?? ''}`}</span>
          </a>
        </p>
      ) : null}
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/trusted`}>
          People you trust
          <span class="govuk-visually-hidden">{` with ${model} ${serial ?? ''}`}</span>
        </a>
      </p>
      {report === null ? null : (
        <>
          <h2 class="govuk-heading-m">
            {'Report '}
            <bdi>{report.reference}</bdi>
          </h2>
          <HappenedTimeline happened={report.happened} />
        </>
      )}
    </section>
  )
}

/** Which force looked, never which officer. */
function LookedUp({ looks }: Pick<PhoneOfOwner, 'looks'>) {
  return (
    <ul class="govuk-list">
      {looks.map(({ force, count, last }) => (
        <li>
          <bdi>{force}</bdi>
          {count === 1 ? ', once, ' : `, ${count} times, last `}
          <When ms={last} />
        </li>
      ))}
    </ul>
  )
}

function Waiting({ wait }: { readonly wait: WaitStatus }) {
  return (
    <>
      {`${ACTS[wait.act]}: `}
      {wait.readyAt === null ? (
        'asked for on the phone, a second proof is missing'
      ) : (
        <>
          possible from <When ms={wait.readyAt} />
        </>
      )}
    </>
  )
}

function Act({
  path,
  csrf,
  form,
  button,
}: {
  readonly path: string
  readonly csrf: string
  readonly form?: string
  readonly button: string
}) {
  return (
    <form method="post" action={path}>
      <input type="hidden" name="csrf" value={csrf} />
      {form === undefined ? null : <input type="hidden" name="form" value={form} />}
      <Button classes="govuk-button--secondary" preventsDoubleClick>
        {button}
      </Button>
    </form>
  )
}
