import type { Child } from 'hono/jsx'
import type { OfficersAct, ReturnAtDesk } from '../../registry/index.ts'
import { WAY_WORDS } from '../account/return/part.tsx'
import { Button } from '../look/button.tsx'
import { ErrorSummary } from '../look/error-summary.tsx'
import { Input } from '../look/input.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import { InsetText, WarningText } from '../look/text.tsx'
import { PasskeyForm } from '../passkey-form.tsx'
import { When } from '../when.tsx'
import { PHONE_WORDS, TAKING } from './words.ts'

/** What the owner was made to do when he said his word under threat. */
const THREATENED: Readonly<Record<string, string>> = {
  'take-back': 'to take the report back',
  return: 'to confirm the return',
  error: 'to confirm that the block was an error',
  request: 'to ask for the phone to be unblocked',
  words: 'to set new words',
}

interface PageProps {
  readonly now: ReturnAtDesk
  readonly csrf: string
}

/** How the phone of a case comes back: what is true, and the next thing to do. */
export function DeskReturnPage({
  now,
  csrf,
  error,
}: PageProps & { readonly error: string | null }) {
  const { case: found, until, state, threats, request, keys } = now
  return (
    <>
      {error === null ? null : <ErrorSummary errors={[{ text: error }]} />}
      <h1 class="govuk-heading-l">
        {'Return in case '}
        <bdi>{found.crimeReference}</bdi>
      </h1>
      {threats.map(({ at, act }) => (
        <WarningText>
          The owner gave the word under threat <When ms={at} />
          {`: somebody wanted him ${THREATENED[act] ?? 'to act'}. Nothing was done, and his pages say that it was. Do not write to him: find out where he is.`}
        </WarningText>
      ))}
      {threats.some(({ isSeen }) => !isSeen) ? (
        <Act now={now} csrf={csrf} act="see-to" button="I see to it" />
      ) : null}
      <p class="govuk-body">
        The case is yours until <When ms={until} />.
      </p>
      <SummaryList
        rows={[
          row('Phone', PHONE_WORDS[state]),
          ...(request === null
            ? []
            : [
                row(
                  'The owner asks to unblock it',
                  <>
                    <When ms={request.at} />
                    {`: ${request.text}`}
                  </>,
                ),
              ]),
          ...keys.map(({ from }) =>
            row(
              'New owner’s key',
              <>
                Counts from <When ms={from} />
              </>,
            ),
          ),
          ...foundRows(now),
        ]}
      />
      <NextStep now={now} csrf={csrf} />
      <h2 class="govuk-heading-s">The owner has forgotten his words</h2>
      <p class="govuk-body">Only when he stands at your counter, and you have seen who he is.</p>
      <Act now={now} csrf={csrf} act="words" button="Remove his words" isSecondary />
      <p class="govuk-body">
        <a class="govuk-link" href={`/desk/case/${found.id}/return`}>
          Look again
        </a>
        {' · '}
        <a class="govuk-link" href={`/desk/case/${found.id}`}>
          The case
        </a>
        {' · '}
        <a class="govuk-link" href="/desk/returns">
          All returns
        </a>
      </p>
    </>
  )
}

const row = (key: string, value: Child) => ({ key, value })

function foundRows({ found, address, release }: ReturnAtDesk) {
  if (found === null) return []
  const at = (ms: number | null) => (ms === null ? 'Not yet' : <When ms={ms} />)
  return [
    row('With police since', <When ms={found.at} />),
    row('The owner wants', found.way === null ? 'Not said yet' : WAY_WORDS[found.way]),
    ...(address === null ? [] : [row('Address', <span class="app-lines">{address}</span>)]),
    row('Label printed', at(found.printedAt)),
    row(
      'Release',
      release === null ? (
        'Not drafted'
      ) : (
        <>
          {`${release.hasForce ? 'Signed by your force' : release.isVouched ? 'Signed by an officer; your force’s key follows' : 'Drafted'}, can be confirmed until `}
          <When ms={release.until} />
        </>
      ),
    ),
    row('Handed over', at(found.handedAt)),
  ]
}

/** What an officer does next. */
function NextStep({ now, csrf }: PageProps) {
  const { state, found, release, isFoundSigned } = now
  if (state === 'stolen')
    return isFoundSigned ? (
      <InsetText>An officer has signed that you have it. Your force’s key follows.</InsetText>
    ) : (
      <FoundForm now={now} csrf={csrf} />
    )
  if (state === 'protected') return <Released now={now} csrf={csrf} />
  if (state !== 'recovered' || found === null)
    return <p class="govuk-body">There is nothing to return while it is not with police.</p>
  if (found.way === null)
    return (
      <InsetText>
        The owner was told. He says in his account how it comes back; after 28 days your own
        procedure for found property applies.
      </InsetText>
    )
  return (
    <>
      <Act
        now={now}
        csrf={csrf}
        act="release"
        button={release === null ? 'Draft the release' : 'Draft the release anew'}
        isSecondary={release !== null}
      />
      <Act
        now={now}
        csrf={csrf}
        act="label"
        button={
          found.printedAt === null ? 'Print the label' : 'Print a new label: the old one ends'
        }
        isSecondary={found.printedAt !== null}
      />
      {found.way === 'post' && found.printedAt !== null && found.handedAt === null ? (
        <Act now={now} csrf={csrf} act="hand-over" button="It is posted: erase the address" />
      ) : null}
      <p class="govuk-body">
        Over the counter, hand it over once this page says that it is released: the owner confirms
        with his passkey and the code on the label, on any device.
      </p>
    </>
  )
}

function Released({ now, csrf }: PageProps) {
  const isHanded = now.found === null || now.found.handedAt !== null
  return (
    <>
      <InsetText>Released: police and owner have signed. It works again everywhere.</InsetText>
      {isHanded ? null : <Act now={now} csrf={csrf} act="hand-over" button="It is handed over" />}
    </>
  )
}

function FoundForm({ now, csrf }: PageProps) {
  return (
    <form method="post" action={`/desk/case/${now.case.id}/return/found`} novalidate>
      <input type="hidden" name="csrf" value={csrf} />
      <h2 class="govuk-heading-m">You have this phone</h2>
      <Input
        name="exhibit"
        label={{ content: 'Exhibit reference', classes: 'govuk-label--s' }}
        hint="Initials and number. The log shows only a hash of it."
        classes="govuk-input--width-10"
        autocomplete="off"
        spellcheck={false}
      />
      <Input
        name="country"
        label={{ content: 'Country where it was found', classes: 'govuk-label--s' }}
        hint="Two letters, such as GB."
        classes="govuk-input--width-3"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
      />
      <Button preventsDoubleClick>Go on to sign</Button>
    </form>
  )
}

function Act({
  now,
  csrf,
  act,
  button,
  isSecondary = false,
}: PageProps & {
  readonly act: string
  readonly button: string
  readonly isSecondary?: boolean
}) {
  return (
    <form method="post" action={`/desk/case/${now.case.id}/return/${act}`}>
      <input type="hidden" name="csrf" value={csrf} />
      <Button preventsDoubleClick {...(isSecondary && { classes: 'govuk-button--secondary' })}>
        {button}
      </Button>
    </form>
  )
}

const SIGNED: Readonly<Record<OfficersAct, { readonly title: string; readonly text: string }>> = {
  found: {
    title: 'Sign that police have it',
    text: 'The phone stays blocked everywhere. With your force’s key it is in the log, and its owner is told at once.',
  },
  release: {
    title: 'Sign the release',
    text: 'Your force’s key signs on your word. Nothing is released until the owner has signed, too.',
  },
}

export const signTitle = (act: OfficersAct): string => SIGNED[act].title

/** One officer's signature about a return, and in words what it does. */
export function SignReturnPage({
  caseId,
  act,
  options,
  csrf,
}: {
  readonly caseId: string
  readonly act: OfficersAct
  readonly options: object
  readonly csrf: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">{SIGNED[act].title}</h1>
      <p class="govuk-body">{SIGNED[act].text}</p>
      <PasskeyForm
        action={`/desk/case/${caseId}/return/sign/${act}`}
        options={options}
        csrf={csrf}
        button="Sign with my passkey"
      />
    </>
  )
}

/** A case that somebody has to take before he sees anything of it. */
export function TakeReturnPage({
  caseId,
  csrf,
}: {
  readonly caseId: string
  readonly csrf: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">Take the case first</h1>
      <p class="govuk-body">{TAKING}</p>
      <form method="post" action={`/desk/case/${caseId}/return/take`}>
        <input type="hidden" name="csrf" value={csrf} />
        <Button preventsDoubleClick>Take it</Button>
      </form>
    </>
  )
}
