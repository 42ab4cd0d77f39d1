/** Text that is markup already. */
export interface Markup {
  readonly markup: string
}

type Value = string | number | Markup | readonly Markup[]

/** A template whose values are escaped, so that no device writes into its own report. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const markup = parts.map((part, i) => (i === 0 ? part : `${inserted(values[i - 1]!)}${part}`))
  return { markup: markup.join('') }
}

function inserted(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)

/** One page in one file: no script, no font, no picture, nothing fetched. */
export function page(title: string, main: Markup): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}</title>
        <style>
          ${{ markup: CSS }}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the result</a>
        <header><p>Stolen Mode · conformance</p></header>
        <main id="main" tabindex="-1">${main}</main>
      </body>
    </html> `.markup
}

/** On a narrow screen tables become blocks, so their roles stand in the markup. Contrast at least 7 : 1 for text in light and in dark; readable at 320 px; focus always visible. */
const CSS = `
:root { --ink: #14171a; --paper: #fff; --soft: #f1f3f5; --line: #848b93; --quiet: #4a5158; --good: #0b5a2b; --bad: #9d1c10; --link: #123f7a; --bar: #1d3557; --focus: #b35900 }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff1; --paper: #14171a; --soft: #20252a; --line: #7d868f; --quiet: #c0c7ce; --good: #7fdb9f; --bad: #ffb0a6; --link: #a8cbff; --bar: #0c1826; --focus: #ffd166 } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; font: 1rem/1.5 system-ui, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper) }
header { background: var(--bar); color: #fff; padding: .5rem 1rem }
header p { margin: 0; font-weight: 700 }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word }
main:focus { outline: 0 }
.skip { position: absolute; left: -999rem }
.skip:focus { position: static; display: block; padding: .5rem 1rem }
a, summary { color: var(--link) }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem }
.verdict { border-left: .5rem solid var(--bad); background: var(--soft); padding: .75rem 1rem; font-size: 1.15rem; margin: 1rem 0 }
.verdict.conforms { border-color: var(--good) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 }
dt { color: var(--quiet) }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 700; padding: .25rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line) }
thead th { background: var(--soft) }
tbody th { font-weight: 600 }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.id { white-space: nowrap; font-variant-numeric: tabular-nums }
.passed { color: var(--good) }
.failed, .errored { color: var(--bad); font-weight: 700 }
.why { display: block; color: var(--ink); font-weight: 400 }
.quiet { color: var(--quiet) }
summary { padding: .5rem 0; min-height: 2.75rem; font-weight: 600; cursor: pointer }
@media (max-width: 34rem) {
  main { padding: .75rem }
  dl { grid-template-columns: 1fr }
  dd { margin-bottom: .4rem }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  table, tbody, tr, th, td, caption { display: block; border: 0 }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0 }
  tbody th, td, .number { padding: .1rem 0; text-align: left; white-space: normal }
  td[data-of]::before { content: attr(data-of) ": "; color: var(--quiet) }
}
@media print { .skip { display: none } details > * { display: block } }
`
