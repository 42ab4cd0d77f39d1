import type { CheckWords } from './words.ts'

/** Where the browser finds what reads a picture. */
export interface ScanAssets {
  readonly reader: string
  readonly wasm: string
}

/** A picture of the barcode instead of typing; shown by its script. The input has no name: nothing is sent. */
export function Scan({
  words,
  assets,
}: {
  readonly words: CheckWords['scan']
  readonly assets: ScanAssets
}) {
  return (
    <div
      class="govuk-form-group"
      data-scan=""
      data-reader={assets.reader}
      data-wasm={assets.wasm}
      hidden
    >
      <label class="govuk-label govuk-label--s" for="picture">
        {words.label}
      </label>
      <div id="picture-hint" class="govuk-hint">
        {words.hint}
      </div>
      <input
        class="govuk-file-upload"
        id="picture"
        type="file"
        accept="image/*"
        aria-describedby="picture-hint"
      />
      <div role="status">
        {(['working', 'found', 'nothing'] as const).map((said) => (
          <p class="govuk-body" data-said={said} hidden>
            {words[said]}
          </p>
        ))}
      </div>
    </div>
  )
}
