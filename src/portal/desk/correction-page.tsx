import { CORRECTIONS, type Correction } from '../../registry/index.ts'
import type { LiveParts } from '../live.ts'
import { Button } from '../look/button.tsx'
import { Radios } from '../look/choices.tsx'
import { Details } from '../look/details.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { InsetText, WarningText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { When } from '../when.tsx'
import { CORRECTION_WORDS, PHONE_WORDS } from './words.ts'

interface PageProps {
  readonly correction: Correction
  readonly me: string
  readonly csrf: string
}

/** Taking a lock back that should not have been: two officers, the force's key, and the owner's. */
export function CorrectionPage({ error, ...props }: PageProps & { readonly error: string | null }) {
  const { case: found } = props.correction
  const path = `/desk/case/${found.id}/correction`
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error, href: '#reason' }]} />}
      <h1 class="govuk-heading-l">
        {'Correct an error: case '}
        <bdi>{found.crimeReference}</bdi>
      </h1>
      <InsetText>
        A lock ends by an order that your force and the phone’s owner both sign; nobody ends one
        alone. Two officers say first that it was an error. The log keeps both: the lock, and that
        it was one.
      </InsetText>
      <div id="correction" role="status" data-live={`${path}/live`}>
        {correctionParts(props.correction)['correction']}
      </div>
      <WhatNow {...props} path={path} error={error} />
      <p class="govuk-body">
        <a class="govuk-link" href={path}>
          Look again
        </a>
        {' · '}
        <a class="govuk-link" href={`/desk/case/${found.id}`}>
          The case and its evidence
        </a>
      </p>
    </>
  )
}

/** What of that page changes by itself: which signatures there are, and which are missing. */
export function correctionParts({ device, draft, isWitnessed, networks }: Correction): LiveParts {
  const count = [draft?.proposer, draft?.approver].filter((one) => typeof one === 'string').length
  const phone = { key: 'Phone', value: PHONE_WORDS[device.state] }
  return {
    correction:
      draft === null ? (
        <SummaryList rows={[phone, { key: 'Correction', value: 'Nobody has proposed one' }]} />
      ) : (
        <>
          <p class="govuk-body">{nextWords(draft)}</p>
          <SummaryList
            rows={[
              phone,
              { key: 'Officers who signed', value: `${count} of 2` },
              { key: 'The force’s own key', value: draft.hasForce ? 'Signed' : 'Missing' },
              {
                key: 'Its owner',
                value: draft.hasOwner ? (
                  'Signed'
                ) : draft.hasForce ? (
                  <>
                    Missing: asked in his account, until <When ms={draft.order.exp * 1000} />
                  </>
                ) : (
                  'Missing: asked once the force has signed'
                ),
              },
              {
                key: 'Logged',
                value:
                  draft.leaf === null ? (
                    'Not yet'
                  ) : (
                    <a class="govuk-link" href={`/entry/${draft.leaf}`}>
                      Entry {draft.leaf} of the public log
                    </a>
                  ),
              },
              { key: 'Witnessed', value: isWitnessed ? 'Yes' : 'Not yet' },
              { key: 'Networks told', value: `${networks.told} of ${networks.of}` },
            ]}
          />
        </>
      ),
  }
}

interface StepProps extends PageProps {
  readonly path: string
  readonly error: string | null
}

/** Whose turn it is. */
function nextWords({ approver, proposer, hasForce, leaf }: NonNullable<Correction['draft']>) {
  if (leaf !== null) return 'The lock is taken back, and the log says that it was an error.'
  if (proposer === null) return 'Nobody has signed it yet.'
  if (approver === null) return 'Another officer has to look at it afresh.'
  return hasForce
    ? 'Only its owner is missing now. Until then the phone stays blocked.'
    : 'The force’s own key is next; its desk signs by itself.'
}

/** What this officer may do now. */
function WhatNow(props: StepProps) {
  const { correction, me, path, csrf } = props
  const { draft, device, hasOwnerKey, ownReason, firstReason } = correction
  if (draft !== null && draft.leaf !== null) return null
  if (device.state !== 'stolen' && device.state !== 'recovered')
    return <p class="govuk-body">The phone is not blocked: there is nothing to take back.</p>
  if (!hasOwnerKey)
    return (
      <WarningText>
        Nobody holds an owner’s key of this phone, and nothing is released without one. Within 72
        hours of the lock, two officers and the force record a key for its owner, proved in person,
        because of the error; after that it needs an identity proved at a counter, and seven days.
        Then come back here.
      </WarningText>
    )
  if (draft === null)
    return (
      <ReasonForm {...props} action="propose" legend="What was wrong?" button="Go on to sign" />
    )
  if (draft.officers.size === 2)
    return <Drop path={path} csrf={csrf} isPossible={!draft.hasForce || isOver(correction)} />
  return (
    <>
      {draft.proposer === me ? null : ownReason === null ? (
        <>
          <p class="govuk-body">
            {'Look at '}
            <a class="govuk-link" href={`/desk/case/${correction.case.id}`}>
              the case and its evidence
            </a>
            {' first. Then say what you see, before you read what the other officer says.'}
          </p>
          <ReasonForm
            {...props}
            action="view"
            legend="What was wrong, as you see it?"
            button="Save my view"
          />
        </>
      ) : (
        <>
          <p class="govuk-body">Your view: {CORRECTION_WORDS[ownReason]}.</p>
          {draft.proposer === null || firstReason === null ? null : (
            <p class="govuk-body">The first officer’s: {CORRECTION_WORDS[firstReason]}.</p>
          )}
          <Button href={`${path}/sign`}>Go on to sign</Button>
        </>
      )}
      <Drop path={path} csrf={csrf} isPossible />
    </>
  )
}

const isOver = ({ draft, now }: Pick<Correction, 'draft' | 'now'>) =>
  draft !== null && draft.order.exp * 1000 < now

function ReasonForm({
  path,
  csrf,
  error,
  action,
  legend,
  button,
}: StepProps & { readonly action: string; readonly legend: string; readonly button: string }) {
  return (
    <form method="post" action={`${path}/${action}`}>
      <input type="hidden" name="csrf" value={csrf} />
      <Radios
        name="reason"
        legend={{ content: legend, classes: 'govuk-fieldset__legend--s' }}
        choices={CORRECTIONS.map((value) => ({ value, text: CORRECTION_WORDS[value] }))}
        error={error}
        classes="govuk-radios--small"
      />
      <Button preventsDoubleClick>{button}</Button>
    </form>
  )
}

function Drop({
  path,
  csrf,
  isPossible,
}: {
  readonly path: string
  readonly csrf: string
  readonly isPossible: boolean
}) {
  if (!isPossible) return null
  return (
    <Details summary="Withdraw the correction">
      <form method="post" action={`${path}/drop`}>
        <input type="hidden" name="csrf" value={csrf} />
        <p class="govuk-body">The lock stays. A correction can be proposed anew.</p>
        <Button classes="govuk-button--warning" preventsDoubleClick>
          Withdraw it
        </Button>
      </form>
    </Details>
  )
}

/** One officer's signature to a correction, and in words what it does. */
export function SignCorrectionPage({
  correction,
  options,
  csrf,
}: {
  readonly correction: Correction
  readonly options: object
  readonly csrf: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Sign the correction</h1>
      <InsetText>This takes back one lock, as an error of your force.</InsetText>
      <p class="govuk-body">
        {correction.draft?.proposer === null
          ? 'It does nothing until a second officer, your force and the phone’s owner have signed, too.'
          : 'You are the second. Then your force’s key signs, and the owner is asked: only with his the lock ends.'}
      </p>
      <PasskeyForm
        action={`/desk/case/${correction.case.id}/correction/sign`}
        options={options}
        csrf={csrf}
        button="Sign with my passkey"
      />
    </>
  )
}
