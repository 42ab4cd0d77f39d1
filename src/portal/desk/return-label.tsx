import { CodePicture } from '../code-picture.tsx'

/** What goes on a phone or its parcel: a random code, and nothing of whose it is or which. */
export function LabelPage({
  code,
  address,
  caseId,
}: {
  readonly code: string
  /** Where its owner confirms. */
  readonly address: string
  readonly caseId: string
}) {
  return (
    <>
      <h1 class="govuk-heading-l app-no-print">Label</h1>
      <div class="app-card">
        <p class="govuk-body">This phone is blocked. Its owner confirms with this code:</p>
        <p class="govuk-heading-l">
          <bdi class="app-number">{`${code.slice(0, 5)} ${code.slice(5)}`}</bdi>
        </p>
        <CodePicture address={address} code={code} alt="QR code: opens the owner’s account" />
        <p class="govuk-body">
          The code is good once, and for nobody but the owner. Found it? Any police station takes
          it.
        </p>
      </div>
      <p class="govuk-body app-no-print">
        {'Print this page now: the code is not shown again. Then '}
        <a class="govuk-link" href={`/desk/case/${caseId}/return`}>
          go back to the return
        </a>
        .
      </p>
    </>
  )
}
