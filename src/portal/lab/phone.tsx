import { Button } from '../look/button.tsx'
import { Tag } from '../look/tag.tsx'
import type { LabGlass, LabPhone } from './lab-view.ts'

const ROLES = {
  free: null,
  snatched: 'In the thief’s hand',
  neighbour: 'Honest neighbour',
} as const
/** Places and colours of what stands on an open phone. */
const ICONS = ['#ffd166', '#06d6a0', '#f4a261', '#e9f5ff', '#ff8fa3', '#9bf6ff']

/** One phone of the wall: drawn, and told in words beneath. */
export function PhoneCard({
  phone,
  number,
  isFree,
}: {
  readonly phone: LabPhone
  /** Its place on the wall. */
  readonly number: number
  /** Nothing is stolen yet: this one may be. */
  readonly isFree: boolean
}) {
  const { glass, answer, role, serial, imei, screenUrl } = phone
  const name = `Phone ${number + 1}`
  return (
    <li class={`app-lab__place app-lab__place--${role}`}>
      <h3 class="govuk-heading-s app-lab__name">
        {`${name} `}
        {ROLES[role] === null ? null : <Tag classes="govuk-tag--grey">{ROLES[role]}</Tag>}
      </h3>
      <div class={`app-phone app-phone--${glass.kind}`}>
        <div class="app-phone__glass">
          <p class="app-phone__bar">
            <span>{answer === 'BLACKLISTED' ? 'No service' : 'Example Mobile'}</span>
            <Battery />
          </p>
          <Glass glass={glass} />
        </div>
      </div>
      <p class="govuk-body-s app-lab__facts">
        {'Serial '}
        <bdi class="app-number">{serial}</bdi>
        <br />
        {'IMEI '}
        <bdi class="app-number">{imei}</bdi>
        <br />
        <a class="govuk-link" href={screenUrl}>
          {`Whole screen of ${name.toLowerCase()}`}
        </a>
      </p>
      {isFree ? (
        <Button
          name="button"
          value={`snatch-${number}`}
          id={`snatch-${number}`}
          classes="app-lab__button"
        >
          {`Snatch ${name.toLowerCase()}`}
        </Button>
      ) : null}
    </li>
  )
}

function Glass({ glass: { kind, title, lines, emergency } }: { readonly glass: LabGlass }) {
  return (
    <>
      <p class="app-phone__title">{title}</p>
      {kind === 'home' ? <Icons /> : null}
      {lines.map((line) => (
        <p class="app-phone__line">{line}</p>
      ))}
      {emergency.length === 0 ? null : (
        <p class="app-phone__emergency">{`Emergency call: ${emergency.join(' · ')}`}</p>
      )}
    </>
  )
}

function Icons() {
  return (
    <svg class="app-phone__icons" viewBox="0 0 96 62" aria-hidden="true" focusable="false">
      {ICONS.map((colour, i) => (
        <rect
          x={6 + (i % 3) * 31}
          y={4 + Math.floor(i / 3) * 30}
          width="22"
          height="22"
          rx="6"
          fill={colour}
        />
      ))}
    </svg>
  )
}

function Battery() {
  return (
    <svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true" focusable="false">
      <rect x="0.5" y="0.5" width="18" height="9" rx="2" fill="none" stroke="currentColor" />
      <rect x="2.5" y="2.5" width="11" height="5" fill="currentColor" />
      <rect x="20" y="3" width="2" height="4" fill="currentColor" />
    </svg>
  )
}
