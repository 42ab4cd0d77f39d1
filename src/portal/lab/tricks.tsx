import { Button } from '../look/button.tsx'
import { Tag } from '../look/tag.tsx'
import type { LabTrick, LabView } from './lab-view.ts'

/** The thief's playbook by button, each with what came of it. */
export function Tricks({ tricks, phase, attempts, usable }: LabView) {
  const isOpen = phase === 'stolen'
  return (
    <>
      <div class="app-lab__score">
        <h2 class="govuk-heading-m">Thief’s playbook</h2>
        <p class="app-lab__count">
          {'Attempts '}
          <strong>{attempts}</strong>
          {' · usable: '}
          <strong>{usable}</strong>
        </p>
        {isOpen ? (
          <Button name="button" value="everything" id="everything" classes="app-lab__button">
            Try everything
          </Button>
        ) : (
          <p class="govuk-body">Opens once the theft is confirmed.</p>
        )}
      </div>
      <ul class="app-lab__tricks">
        {tricks.map((trick) => (
          <TrickCard trick={trick} isOpen={isOpen} />
        ))}
      </ul>
    </>
  )
}

function TrickCard({ trick, isOpen }: { readonly trick: LabTrick; readonly isOpen: boolean }) {
  const { id, attack, name, outcome } = trick
  return (
    <li class="app-lab__trick">
      <h3 class="app-lab__trick-name">
        {name}
        <span class="app-lab__attack">{` ${attack}`}</span>
      </h3>
      {outcome === null ? null : (
        <p class="govuk-body-s app-lab__outcome">
          <Tag classes={outcome.isUsable ? 'govuk-tag--red' : 'govuk-tag--green'}>
            {outcome.code === null ? 'Failed' : outcome.isUsable ? 'It worked' : 'Refused'}
          </Tag>{' '}
          {outcome.code === null ? null : <code class="app-code">{outcome.code}</code>}
          <br />
          {outcome.sentence}
          {outcome.detail === null ? '' : ` ${capital(outcome.detail)}.`}
        </p>
      )}
      {isOpen ? (
        <Button
          name="button"
          value={`trick-${id}`}
          id={`trick-${id}`}
          classes="govuk-button--secondary app-lab__button"
        >
          {outcome === null ? 'Try it' : 'Try it again'}
          <span class="govuk-visually-hidden">{` ${name}`}</span>
        </Button>
      ) : null}
    </li>
  )
}

const capital = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.$/, '')
