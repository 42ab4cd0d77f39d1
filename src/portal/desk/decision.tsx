import { WHY_STOLEN } from '../../core/index.ts'
import { REFUSALS, VIEWS, type Evidence } from '../../registry/index.ts'
import { Button } from '../look/button.tsx'
import { Checkboxes, Radios } from '../look/choices.tsx'
import { Details } from '../look/details.tsx'
import { InsetText } from '../look/text.tsx'
import { REFUSAL_WORDS } from '../refusal-words.ts'
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
  const { case: found, draft } = evidence
  const path = `/desk/case/${found.id}`
  const isOpen = found.state === 'open' || found.state === 'proposed'
  return (
    <>
      <h2 class="govuk-heading-m">Decision</h2>
      {isOpen ? (
        <>
          <InsetText>{orderWords(evidence.subject)}.</InsetText>
          {found.state === 'open' ? (
            <Propose path={path} csrf={csrf} />
          ) : draft?.proposer === me ? (
            <p class="govuk-body">You have signed. Another officer has to look at it afresh.</p>
          ) : (
            <Second evidence={evidence} path={path} csrf={csrf} />
          )}
          <Refuse path={path} csrf={csrf} />
        </>
      ) : (
        <p class="govuk-body">This case is decided.</p>
      )}
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/progress`}>
          How far it has come
        </a>
      </p>
    </>
  )
}

interface FormProps {
  readonly path: string
  readonly csrf: string
}

function Propose({ path, csrf }: FormProps) {
  return (
    <form method="post" action={`${path}/propose`}>
      <input type="hidden" name="csrf" value={csrf} />
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
function Second({ evidence, path, csrf }: FormProps & { readonly evidence: Evidence }) {
  const { ownView, firstView } = evidence
  if (ownView === null)
    return (
      <form method="post" action={`${path}/view`}>
        <input type="hidden" name="csrf" value={csrf} />
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
