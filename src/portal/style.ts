/** The one style sheet: readable at 360 px, contrast above 4.5 : 1, focus always visible. */
export const PAGE_CSS = `
:root { --ink: #0b0c0c; --paper: #fff; --brand: #1d3557; --focus: #ffdd00; --alarm: #aa2a16 }
* { box-sizing: border-box }
body { margin: 0; font: 1.125rem/1.5 system-ui, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper) }
header { background: var(--brand); color: #fff; padding: .75rem 1rem }
header a { color: #fff; font-weight: 700; margin-inline-end: 1rem }
main { max-width: 44rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 2rem; line-height: 1.2 }
a { color: #1d4f91 }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 4px solid var(--focus); outline-offset: 0; box-shadow: inset 0 0 0 3px var(--ink) }
label { font-weight: 700; display: block }
input { font: inherit; width: 100%; max-width: 24rem; padding: .4rem; border: 2px solid var(--ink) }
button { font: inherit; display: block; margin-top: 1rem; padding: .5rem 1rem; min-height: 44px; color: #fff; background: #00612e; border: 0 }
code { overflow-wrap: anywhere; background: #f3f2f1; padding: .1rem .25rem }
dt { font-weight: 700 }
dd { margin: 0 0 .5rem }
.answer { border: 4px solid var(--ink); padding: 0 1rem; margin-bottom: 1.5rem }
.error { color: var(--alarm) }
`
