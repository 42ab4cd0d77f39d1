import type { SignedCheck } from '../../core/index.ts'
import { AnswerText } from './page.tsx'
import { toAddress, type Voice } from './voice.tsx'

/** The answer on paper: whoever is shown it can see that it is real, and type the number again. */
export function PrintPage({
  said,
  typed,
  code,
  voice,
}: {
  readonly said: SignedCheck
  readonly typed: string
  /** The QR code, an SVG. */
  readonly code: string
  readonly voice: Voice
}) {
  const { words } = voice
  const picture = `data:image/svg+xml;base64,${Buffer.from(code).toString('base64')}`
  return (
    <>
      <h1 class="govuk-heading-l">{words.print.title}</h1>
      <AnswerText answer={said} typed={typed} voice={voice} />
      <img class="app-code-picture" src={picture} alt={words.print.code} />
      <p class="govuk-body">{words.print.hint}</p>
    </>
  )
}

/** Where a code leads to. */
export const verifyAddress = (base: string, signed: Uint8Array): string =>
  new URL(`/check/verify?a=${toAddress(signed)}`, base).href
