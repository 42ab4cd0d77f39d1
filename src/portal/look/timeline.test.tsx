import { expect, test } from 'vitest'
import { normalised } from './testing/markup.ts'
import { Timeline } from './timeline.tsx'

/** As the macro of @ministryofjustice/frontend 11.1.0 writes it (moj/components/timeline/template.njk). */
const MACRO = `
<div class="moj-timeline own">
  <div class="moj-timeline__item">
    <div class="moj-timeline__header">
      <h2 class="moj-timeline__title">Confirmed</h2>
      <p class="moj-timeline__byline">by a force</p>
    </div>
    <p class="moj-timeline__date">
      <time datetime="2026-02-06T14:05:00.000Z">14:05 on 6 February 2026</time>
    </p>
    <div class="moj-timeline__description">Two officers signed</div>
  </div>
  <div class="moj-timeline__item">
    <div class="moj-timeline__header"><h2 class="moj-timeline__title">Held</h2></div>
    <p class="moj-timeline__date"><time datetime="2026-02-06">Friday</time></p>
    <div class="moj-timeline__description"></div>
  </div>
</div>`

test('the timeline is MOJ’s', () => {
  const at = { timestamp: '2026-02-06T14:05:00.000Z', words: '14:05 on 6 February 2026' }
  const items = [
    { title: 'Confirmed', byline: 'a force', at, description: 'Two officers signed' },
    { title: 'Held', at: { timestamp: '2026-02-06', words: 'Friday' } },
  ]
  const written: { toString(): string } = <Timeline classes="own" items={items} />
  // Two texts that stand side by side are one line here and two there.
  const lines = (html: string) => normalised(html).join('\n').replace('by\na force', 'by a force')
  expect(lines(written.toString())).toBe(lines(MACRO))
})
