import type { Child } from 'hono/jsx'
import { CsrfField, type Csrf } from '../check/page.tsx'
import type { LabView } from './lab-view.ts'
import { PartsBin, PoliceDesk, RegisterPanel } from './panels.tsx'
import { PhoneCard } from './phone.tsx'
import { Tricks } from './tricks.tsx'

/** The parts of the page that change while somebody looks, each by the id of its place. */
export function liveParts(view: LabView): Readonly<Record<string, Child>> {
  const isFree = view.phase === 'free'
  return {
    'lab-said': view.doing === null ? view.said : `${view.doing} …`,
    'lab-wall': view.phones.map((phone, number) => (
      <PhoneCard phone={phone} number={number} isFree={isFree} />
    )),
    'lab-desk': <PoliceDesk {...view} />,
    'lab-register': <RegisterPanel {...view} />,
    'lab-parts': <PartsBin {...view} />,
    'lab-tricks': <Tricks {...view} />,
  }
}

/** A wall of phones, and everybody who has to do with one that is snatched. */
export function LabPage({ view, csrf }: { readonly view: LabView; readonly csrf: Csrf }) {
  const parts = liveParts(view)
  return (
    <form method="post" action="/lab" data-lab="/lab/live" class="app-lab">
      <CsrfField csrf={csrf} />
      <h1 class="govuk-heading-l app-lab__heading">Steal a phone. See what it is worth.</h1>
      <p class="govuk-body">
        These phones are real programs on this machine, with a registry, a public log, a witness, a
        guardian and an operator’s register between them. Snatch one, report it, let two officers
        confirm the theft, then try to use it.
      </p>
      <div class="app-lab__now">
        <p class="app-lab__said" id="lab-said" role="status" tabindex={-1}>
          {parts['lab-said']}
        </p>
        <a class="govuk-link" href="/lab">
          Look again
        </a>
      </div>
      <h2 class="govuk-visually-hidden">Phones</h2>
      <ul class="app-lab__wall" id="lab-wall">
        {parts['lab-wall']}
      </ul>
      <div class="app-lab__panels">
        <section class="app-lab__panel" id="lab-desk" aria-label="Owner and police desk">
          {parts['lab-desk']}
        </section>
        <section class="app-lab__panel" id="lab-register" aria-label="Operator’s register">
          {parts['lab-register']}
        </section>
        <section class="app-lab__panel" id="lab-parts" aria-label="Fence’s parts bin">
          {parts['lab-parts']}
        </section>
      </div>
      <section class="app-lab__panel" id="lab-tricks" aria-label="Thief’s playbook">
        {parts['lab-tricks']}
      </section>
    </form>
  )
}
