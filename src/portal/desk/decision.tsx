import { WHY_STOLEN } from '../../core/index.ts'
import { REFUSALS, VIEWS, type Evidence } from '../../registry/index.ts'
import type { LiveParts } from '../live.ts'
import { Button } from '../look/button.tsx'
import { Checkboxes, Radios } from '../look/choices.tsx'
import { Details } from '../look/details.tsx'
import { InsetText, WarningText } from '../look/text.tsx'
import { REFUSAL_WORDS } from '../refusal-words.ts'
import { When } from '../when.tsx'
import { CapWarning } from './cap-reached.tsx'
import { VIEW_WORDS, WHY_WORDS, orderWords } from './words.ts'

/** What the second officer has to have looked at. */
export const CHECKLIST = {
  phone: 'The phone is the one that was reported',
  owner: 'Whoever reported it is its owner',
  sales: 'No sale or dispute stands against it',
} as const

interface DecisionProps {
  readonly evidence: Evidence
  readonly me: string
  readonly csrf: string
}

/** What may be decided now, by this officer. */
export function DecisionColumn({ evidence, me, csrf }: DecisionProps) {
  const { case: found, draft, device, isStale, cap } = evidence
  const path = `/desk/case/${found.id}`
  const isOpen = found.state === 'open' || found.state === 'proposed'
  const form = { path, csrf, shown: device.state }
  return (
    <>
      <h2 class="govuk-heading-m">Decision</h2>
      {isOpen ? (
        <>
          <div id="hold" role="status" data-live={`${path}/live?shown=${device.state}`}>
            {holdParts(path, device.state, device)['hold']}
          </div>
          {cap === null ? null : <CapWarning cap={cap} />}
          <InsetText>{orderWords(evidence.subject)}.</InsetText>
          <Conflict evidence={evidence} />
          {isStale ? <WarningText>{STALE}</WarningText> : null}
          {found.state === 'open' || isStale ? (
            <Propose {...form} />
          ) : draft?.proposer === me ? (
            <p class="govuk-body">You have signed. Another officer has to look at it afresh.</p>
          ) : (
            <Second evidence={evidence} {...form} />
          )}
          <Refuse {...form} />
        </>
      ) : (
        <p class="govuk-body">This case is decided.</p>
      )}
      {found.state === 'locked' ? (
        <p class="govuk-body">
          <a class="govuk-link" href={`${path}/correction`}>
            Correct an error
          </a>
        </p>
      ) : null}
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/progress`}>
          How far it has come
        </a>
      </p>
    </>
  )
}

const STALE =
  'What was signed continued the owner’s lock, which has ended: the log takes it no more. Propose it anew.'

type Phone = Evidence['device']

/** The owner's lock as it is now; where it has ended since the page was shown, the page says so at once. */
export function holdParts(path: string, shown: Phone['state'], now: Phone): LiveParts {
  const hasChanged = shown !== now.state
  return {
    hold: hasChanged ? (
      <WarningText>
        {`${CHANGED[now.state]} `}
        <a class="govuk-link" href={path}>
          Look at the page again
        </a>
        : it offers what may follow.
      </WarningText>
    ) : now.lapsesAt === null ? null : (
      <p class="govuk-body">
        The owner’s lock is running, until <When ms={now.lapsesAt} />.
      </p>
    ),
  }
}

/** What happened to a phone while its case was on the screen. */
export const CHANGED: Readonly<Record<Phone['state'], string>> = {
  protected: 'The owner’s lock has ended: the phone is not locked.',
  held: 'Its owner has locked the phone.',
  stolen: 'The phone is blocked.',
  recovered: 'The phone is with police.',
  retired: 'The phone is out of use for good.',
}

/** Of a number that several phones wear: what a lock would mean. */
function Conflict({ evidence }: { readonly evidence: Evidence }) {
  if (!evidence.isInConflict) return null
  return (
    <WarningText>
      {evidence.subject.ids.dak === null
        ? 'Several phones wear this number, and none of them has a key here. A lock of the number would hit them all, so none is taken. Have the phone found or enrolled first.'
        : 'Several phones wear this number. The order names the hardware key of this one phone, not the number: copies are not it. Networks know numbers alone, so record who honestly wears it before you go on.'}
    </WarningText>
  )
}

interface FormProps {
  readonly path: string
  readonly csrf: string
  /** The phone's state as this page shows it: what is sent from it was decided on that. */
  readonly shown: Phone['state']
}

function Propose({ path, csrf, shown }: FormProps) {
  return (
    <form method="post" action={`${path}/propose`}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="shown" value={shown} />
      <Radios
        name="why"
        legend={{ content: 'What happened?', classes: 'govuk-fieldset__legend--s' }}
        choices={Object.keys(WHY_STOLEN).map((value) => ({
          value,
          text: WHY_WORDS[value as keyof typeof WHY_WORDS],
        }))}
        classes="govuk-radios--small"
      />
      <ViewChoice />
      <Button preventsDoubleClick>Go on to sign</Button>
    </form>
  )
}

/** The second officer: own eyes first, then what the first one saw, then the signature. */
function Second({ evidence, path, csrf, shown }: FormProps & { readonly evidence: Evidence }) {
  const { ownView, firstView } = evidence
  if (ownView === null)
    return (
      <form method="post" action={`${path}/view`}>
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="shown" value={shown} />
        <Checkboxes
          name="seen"
          legend={{ content: 'Check each of these', classes: 'govuk-fieldset__legend--s' }}
          choices={Object.entries(CHECKLIST).map(([name, text]) => ({ name, value: '1', text }))}
          classes="govuk-checkboxes--small"
        />
        <ViewChoice />
        <Button preventsDoubleClick>Save my view</Button>
      </form>
    )
  return (
    <>
      <p class="govuk-body">Your view: {VIEW_WORDS[ownView]}.</p>
      <p class="govuk-body">
        The first officer’s: {firstView === null ? 'none was kept' : VIEW_WORDS[firstView]}.
      </p>
      <Button href={`${path}/sign`}>Go on to sign</Button>
    </>
  )
}

function ViewChoice() {
  return (
    <Radios
      name="view"
      legend={{ content: 'What do you see?', classes: 'govuk-fieldset__legend--s' }}
      choices={VIEWS.map((value) => ({ value, text: VIEW_WORDS[value] }))}
      classes="govuk-radios--small"
    />
  )
}

function Refuse({ path, csrf }: FormProps) {
  return (
    <Details summary="Refuse instead">
      <form method="post" action={`${path}/refuse`}>
        <input type="hidden" name="csrf" value={csrf} />
        <Radios
          name="reason"
          legend={{ content: 'The owner will read this', classes: 'govuk-fieldset__legend--s' }}
          choices={REFUSALS.map((value) => ({ value, text: REFUSAL_WORDS[value] ?? value }))}
          classes="govuk-radios--small"
        />
        <Button classes="govuk-button--warning" preventsDoubleClick>
          Refuse
        </Button>
      </form>
    </Details>
  )
}
