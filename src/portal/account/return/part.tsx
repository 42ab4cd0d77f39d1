import type { PhoneOfOwner, Way } from '../../../registry/index.ts'
import { InsetText } from '../../look/text.tsx'

export const WAY_WORDS: Readonly<Record<Way, string>> = {
  collect: 'I collect it from the police',
  post: 'Post it to me',
  insurer: 'My insurer owns it',
}

/** What there is to do about a phone that police have blocked or found. */
export function ReturnPart({
  phone: { state, returning, releases, model, serial },
  path,
}: {
  readonly phone: PhoneOfOwner
  readonly path: string
}) {
  const which = <span class="govuk-visually-hidden">{`: ${model} ${serial ?? ''}`}</span>
  return (
    <>
      {returning === null ? null : (
        <InsetText>
          <p class="govuk-body">
            Police have your phone. Nobody will ask you for a code, a password or a payment to get
            it back.
          </p>
          <p class="govuk-body">
            {returning.way === null
              ? 'You have not said how it comes back. '
              : `You said: ${WAY_WORDS[returning.way]}. `}
            {returning.printedAt === null ? (
              <a class="govuk-link" href={`${path}/return`}>
                {returning.way === null ? 'Say how it comes back' : 'Change it'}
                {which}
              </a>
            ) : (
              'Its label is printed.'
            )}
          </p>
        </InsetText>
      )}
      {releases.map(({ id, isForError }) => (
        <p class="govuk-body">
          {isForError
            ? 'Police say that your phone was blocked in error. '
            : 'Police have signed that it comes back to you. '}
          <a class="govuk-link" href={`/account/sign/${id}`}>
            {isForError ? 'End the block' : 'Confirm the return'}
            {which}
          </a>
          {isForError ? null : ', once you have it before you.'}
        </p>
      ))}
      {state === 'stolen' || state === 'recovered' ? (
        <p class="govuk-body">
          <a class="govuk-link" href={`${path}/undo`}>
            Ask police to unblock it{which}
          </a>
        </p>
      ) : null}
      <p class="govuk-body">
        <a class="govuk-link" href={`${path}/word`}>
          Your word and your word under threat{which}
        </a>
      </p>
    </>
  )
}
