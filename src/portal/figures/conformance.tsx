import { WideTable } from '../look/table.tsx'

/** What a signed result package of the conformance suite says, its files and signature checked. */
export interface ConformanceRow {
  /** As its adapter names itself; null: it never started. */
  readonly device: string | null
  readonly suite: string
  /** UTC, ISO 8601. */
  readonly at: string
  readonly conforms: boolean
  /** Of the cases every device must pass: passed, asked. */
  readonly must: readonly [number, number]
  /** Thumbprint of the key of whoever ran it, hex. */
  readonly signer: string
}

const WORDS = ['no', 'yes'] as const

/** By maker: which devices pass the suite, by whose word. */
export function Conformance({ results }: { readonly results: readonly ConformanceRow[] }) {
  return (
    <section>
      <h2 class="govuk-heading-m">Conformance, by device</h2>
      <p class="govuk-body">
        What the open suite found of phones, by the signed word of whoever ran it. Passing is not
        proof of safety. Rows of different suites cannot be compared.
      </p>
      {results.length === 0 ? (
        <p class="govuk-body">No result has been handed in here.</p>
      ) : (
        <WideTable
          label="Conformance, by device"
          head={[
            { content: 'Device' },
            { content: 'Conforms' },
            { content: 'Passed of what it must', format: 'numeric' },
            { content: 'Suite' },
            { content: 'When' },
            { content: 'Run by key' },
          ]}
          firstCellIsHeader
          rows={results.map(({ device, conforms, must, suite, at, signer }) => [
            { content: device ?? 'Did not start' },
            { content: WORDS[Number(conforms) as 0 | 1] },
            { content: `${must[0]} of ${must[1]}`, format: 'numeric' as const },
            { content: suite },
            { content: at.slice(0, 10) },
            { content: signer.slice(0, 16) },
          ])}
        />
      )}
      <p class="govuk-body-s">
        <a class="govuk-link" href="/figures/conformance.csv">
          The conformance table as CSV
        </a>
        {'. Recomputed by: '}
        <code class="app-code">stolen-mode conformance verify FOLDER</code>
      </p>
    </section>
  )
}

export const conformanceTable = (results: readonly ConformanceRow[]) => [
  ['device', 'conforms', 'must_passed', 'must_asked', 'suite', 'at', 'signer'],
  ...results.map(({ device, conforms, must, suite, at, signer }) => [
    device ?? 'did not start',
    WORDS[Number(conforms) as 0 | 1],
    ...must,
    suite,
    at,
    signer,
  ]),
]
