import { InsetText } from '../look/text.tsx'

/** When nothing can be locked here now: what else helps, at once. */
export function ReportTroublePage({
  heading,
  sentence,
}: {
  readonly heading: string
  readonly sentence: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l">{heading}</h1>
      <p class="govuk-body">{sentence}</p>
      <OtherWays />
    </>
  )
}

/** What somebody can do whose card does not help. */
function OtherWays() {
  return (
    <InsetText>
      <p class="govuk-body">
        Phone <strong>101</strong>, or <strong>999</strong> in danger: an officer can do it with
        you.
      </p>
      <p class="govuk-body">
        Your operator’s customer service can stop the SIM, from any phone; its number stands on your
        bill and on its website.
      </p>
    </InsetText>
  )
}
