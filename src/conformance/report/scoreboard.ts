import type { VerifiedPackage } from '../result-package.ts'
import { NOT_PROVED } from '../statement.ts'
import { html, page, type Markup } from './markup.ts'

/** One page that sets packages side by side, best first. Only packages that verified are given to it. */
export function scoreboard(packages: readonly VerifiedPackage[]): string {
  const rows = packages.toSorted(
    (a, b) => share(b) - share(a) || name(a).localeCompare(name(b), 'en'),
  )
  return page(
    'Conformance scoreboard',
    html`<h1>Scoreboard</h1>
      <p>
        Each row is a signed result package whose files and signature were checked. Rows of
        different case sets are not comparable.
      </p>
      <table role="table">
        <caption>
          ${rows.length} devices
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Device</th>
            <th scope="col" role="columnheader">Conforms</th>
            <th scope="col" role="columnheader" class="number">Must</th>
            <th scope="col" role="columnheader">Without</th>
            <th scope="col" role="columnheader">Store</th>
            <th scope="col" role="columnheader">Suite, cases</th>
            <th scope="col" role="columnheader">When</th>
            <th scope="col" role="columnheader">Run by key</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(row)}
        </tbody>
      </table>
      <section aria-labelledby="trust">
        <h2 id="trust">What passing does not prove</h2>
        <ul>
          ${NOT_PROVED.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>
      </section>`,
  )
}

const name = ({ result: { implementation } }: VerifiedPackage) =>
  implementation ? `${implementation.name} ${implementation.version}` : 'no device'

function share({ result: { totals } }: VerifiedPackage): number {
  const [passed, asked] = totals.must
  return asked === 0 ? 0 : passed / asked
}

function row(one: VerifiedPackage): Markup {
  const { result, signer } = one
  const { conforms, totals, without, implementation, suite, caseSet, at } = result
  const [passed, asked] = totals.must
  return html`<tr role="row">
    <th scope="row" role="rowheader">${name(one)}</th>
    <td role="cell" data-of="Conforms" class="${conforms ? 'passed' : 'failed'}">
      ${conforms ? 'yes' : 'no'}
    </td>
    <td role="cell" data-of="Must" class="number">${passed} of ${asked}</td>
    <td role="cell" data-of="Without">${without.join(', ') || 'nothing'}</td>
    <td role="cell" data-of="Store">${implementation?.store ?? 'unknown'}</td>
    <td role="cell" data-of="Suite, cases">${suite}, ${caseSet.slice(0, 12)}</td>
    <td role="cell" data-of="When">${at.slice(0, 10)}</td>
    <td role="cell" data-of="Run by key"><code>${signer.slice(0, 16)}</code></td>
  </tr>`
}
