import { Hono } from 'hono'
import { demand, parseOrder, toHex } from '../../core/index.ts'
import { entryAt, type Context } from '../../registry/index.ts'
import type { Frame } from '../frame.tsx'
import { SummaryList } from '../look/summary-list.tsx'
import type { PageEnv } from '../session.ts'
import { When } from '../when.tsx'

const MAX_DIGITS = 15

/** One entry of the public log in words: what anybody may see of an order. */
export function entryRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  app.get('/:index', async (c) => {
    const text = c.req.param('index')
    demand(/^\d+$/.test(text) && text.length <= MAX_DIGITS, 'not-found', 'no such entry')
    const { kind, t, payload, leaf, tile } = await entryAt(context, Number(text))
    const order = kind === 'order' ? parseOrder(payload) : null
    const title = `Entry ${text} of the public log`
    return c.html(
      frame.page(
        { title },
        <>
          <h1 class="govuk-heading-l">{title}</h1>
          <SummaryList
            rows={[
              { key: 'What it is', value: order === null ? kind : `order: ${order.act}` },
              ...(order === null ? [] : [{ key: 'Ordered by', value: order.auth }]),
              { key: 'Logged', value: <When ms={t} /> },
              {
                key: 'Leaf hash',
                value: <code class="app-number">{toHex(leaf)}</code>,
              },
            ]}
          />
          <p class="govuk-body">
            {'It names no phone: only who holds its salt can tell which one it is about. '}
            <a class="govuk-link" href={`/log/${tile}`}>
              The tile it stands in
            </a>
            {', '}
            <a class="govuk-link" href="/log/checkpoint">
              the signed head of the log
            </a>
            .
          </p>
        </>,
      ),
    )
  })
  return app
}
