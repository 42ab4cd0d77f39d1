import { Button } from '../look/button.tsx'
import type { LabDeed, LabPhase, LabView } from './lab-view.ts'

/** What is to be done next at the desk, by whom: no step before the one before it. */
const NEXT: Readonly<Partial<Record<LabPhase, readonly [button: string, label: string]>>> = {
  snatched: ['report', 'Owner: report it with the recovery card'],
  held: ['propose', 'First officer: open a case, sign the lock'],
  proposed: ['approve', 'Second officer and force: sign the lock'],
}

const WAITS: Readonly<Partial<Record<LabPhase, string>>> = {
  making: 'The phones are being made and enrolled.',
  free: 'Nothing is reported. Snatch one of the phones.',
  stolen: 'Police confirmed the theft. Now try everything a thief would.',
}

/** Owner and police: two officers and the force, each with a key of their own. */
export function PoliceDesk({ phase, deeds, card }: LabView) {
  const next = NEXT[phase]
  return (
    <>
      <h2 class="govuk-heading-m">Owner and police desk</h2>
      {WAITS[phase] ? <p class="govuk-body">{WAITS[phase]}</p> : null}
      {deeds.length === 0 ? null : (
        <ol class="govuk-list app-lab__deeds">
          {deeds.map((deed) => (
            <Deed {...deed} />
          ))}
        </ol>
      )}
      {next ? (
        <Button name="button" value={next[0]} id="next">
          {next[1]}
        </Button>
      ) : null}
      {phase === 'snatched' && card !== null ? (
        <p class="govuk-body-s">
          {'Or '}
          <a class="govuk-link" href="/report">
            report it yourself
          </a>
          {' with its recovery card, '}
          <bdi class="app-number">{card}</bdi>
        </p>
      ) : null}
      {phase === 'making' || phase === 'free' ? null : (
        <Button name="button" value="again" id="again" classes="govuk-button--secondary">
          Start again with a fresh phone
        </Button>
      )}
    </>
  )
}

function Deed({ what, effect, ms, entry }: LabDeed) {
  return (
    <li>
      <strong>{what}</strong>
      <br />
      {effect}
      {` after ${seconds(ms)}`}
      {entry === null ? null : (
        <>
          {', '}
          <a class="govuk-link" href={`/entry/${entry}`}>
            {`entry ${entry} of the public log`}
          </a>
        </>
      )}
    </li>
  )
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const MEANINGS: Readonly<Record<string, string>> = {
  WHITELISTED: 'let in',
  GREYLISTED: 'let in, and tracked',
  BLACKLISTED: 'refused',
}

/** An operator's register, asked about each phone as a network would. */
export function RegisterPanel({ phones }: LabView) {
  return (
    <>
      <h2 class="govuk-heading-m">Operator’s register</h2>
      <p class="govuk-body-s">What a network anywhere is told when the phone asks to be let in.</p>
      <dl class="app-lab__answers">
        {phones.map(({ answer }, i) => (
          <div class={`app-lab__answer app-lab__answer--${answer ?? 'silent'}`}>
            <dt>{`Phone ${i + 1}`}</dt>
            <dd>
              <strong>{answer ?? 'no answer'}</strong>
              {answer !== null && MEANINGS[answer] ? `: ${MEANINGS[answer]}` : ''}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** What a fence has of the phone, and what it is worth in any other. */
export function PartsBin({ parts, phase }: LabView) {
  return (
    <>
      <h2 class="govuk-heading-m">Fence’s parts bin</h2>
      {parts.length === 0 ? (
        <p class="govuk-body">{phase === 'free' ? 'Empty. Nothing was snatched.' : 'Empty.'}</p>
      ) : (
        <ul class="govuk-list app-lab__parts">
          {parts.map(({ type, said }) => (
            <li>
              <PartIcon />
              <span>
                <strong>{type.replace('-', ' ')}</strong>
                {`: ${said ?? 'still in the phone'}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function PartIcon() {
  return (
    <svg
      class="app-lab__part"
      width="20"
      height="20"
      viewBox="0 0 20 20"
      aria-hidden="true"
      focusable="false"
    >
      <rect x="4" y="4" width="12" height="12" rx="2" fill="none" stroke="currentColor" />
      <path
        d="M1 7h3M1 10h3M1 13h3M16 7h3M16 10h3M16 13h3M7 1v3M10 1v3M13 1v3M7 16v3M10 16v3M13 16v3"
        stroke="currentColor"
      />
    </svg>
  )
}
