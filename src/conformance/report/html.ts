import { FEATURES, type Feature } from '../protocol.ts'
import type { Result } from '../result.ts'
import { NOT_PROVED } from '../statement.ts'
import { byArea, byDemand, caseOf, verdict, type Group } from './groups.ts'
import { html, page, type Markup } from './markup.ts'

const NOTHING = html``

/** The whole result as one page that needs nothing else, not even a script. */
export function htmlReport(result: Result): string {
  const { implementation } = result
  const name = implementation ? `${implementation.name} ${implementation.version}` : 'no device'
  return page(
    `Conformance: ${name}`,
    html`<h1>${name}</h1>
      <p class="verdict ${result.conforms ? 'conforms' : 'fails'}">${verdict(result)}</p>
      ${facts(result)} ${amiss(result)} ${demands(result)} ${areas(result)} ${notProved()}`,
  )
}

function facts({ implementation, suite, caseSet, protocol, at, totals, without }: Result): Markup {
  const levels = Object.entries(totals)
    .filter(([, [, asked]]) => asked > 0)
    .map(([level, [passed, asked]]) => `${level} ${passed} of ${asked}`)
  const rows = [
    ['Secure store', implementation?.store ?? 'unknown'],
    ['Passed', levels.join(', ')],
    ['Without', without.map(inWords).join('; ') || 'nothing: every optional ability is claimed'],
    ['Suite', `${suite}, protocol ${protocol}`],
    ['Cases', caseSet],
    ['When', at],
  ] as const
  return html`<section aria-labelledby="facts">
    <h2 id="facts">What was tried</h2>
    <dl>
      ${rows.map(
        ([term, text]) =>
          html`<dt>${term}</dt>
            <dd>${text}</dd>`,
      )}
    </dl>
  </section>`
}

const inWords = (feature: string) => `${feature} (${FEATURES[feature as Feature] ?? 'unknown'})`

function amiss({ cases }: Result): Markup {
  const wrong = cases.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
  if (wrong.length === 0) return NOTHING
  return html`<section aria-labelledby="amiss">
    <h2 id="amiss">What did not hold</h2>
    ${table('Failed and errored cases', wrong)}
  </section>`
}

function table(caption: string, cases: Result['cases']): Markup {
  return html`<table role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">Case</th>
        <th scope="col" role="columnheader">Says</th>
        <th scope="col" role="columnheader">Level</th>
        <th scope="col" role="columnheader">Outcome</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${cases.map(row)}
    </tbody>
  </table>`
}

function row({ id, level, outcome, why }: Result['cases'][number]): Markup {
  const one = caseOf(id)
  const attacks = one?.attacks.map((number) => `A${String(number).padStart(2, '0')}`).join(', ')
  return html`<tr role="row">
    <th scope="row" role="rowheader" class="id">${id}</th>
    <td role="cell">
      ${one?.title ?? ''}${attacks ? html` <span class="quiet">(${attacks})</span>` : NOTHING}
    </td>
    <td role="cell" data-of="Level">${level}</td>
    <td role="cell" data-of="Outcome" class="${outcome}">
      ${outcome}${why ? html` <span class="why">${why}</span>` : NOTHING}
    </td>
  </tr>`
}

function demands(result: Result): Markup {
  return html`<section aria-labelledby="demands">
    <h2 id="demands">By demand</h2>
    <table role="table">
      <caption>
        What was asked of the industry, and the cases that ask it of this device
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Demand</th>
          <th scope="col" role="columnheader">Means here</th>
          <th scope="col" role="columnheader" class="number">Passed</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${byDemand(result).map(
          (group) =>
            html`<tr role="row">
              <th scope="row" role="rowheader">${group.key}</th>
              <td role="cell">${group.name}</td>
              <td role="cell" data-of="Passed" class="number">${counted(group)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`
}

const counted = ({ passed, asked, skipped }: Group) =>
  `${passed} of ${asked}${skipped > 0 ? `, ${skipped} skipped` : ''}`

function areas(result: Result): Markup {
  return html`<section aria-labelledby="areas">
    <h2 id="areas">All cases</h2>
    ${byArea(result).map(
      (area) =>
        html`<details>
          <summary>${area.name}: ${counted(area)}</summary>
          ${table(`Cases about ${area.name}`, [...area.cases])}
        </details>`,
    )}
  </section>`
}

function notProved(): Markup {
  return html`<section aria-labelledby="trust">
    <h2 id="trust">What passing does not prove</h2>
    <ul>
      ${NOT_PROVED.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  </section>`
}
