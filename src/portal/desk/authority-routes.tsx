import type { Hono } from 'hono'
import { authorityOf, type Context } from '../../registry/index.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { AuthorityPage } from './authority-page.tsx'
import { NewKeys } from './new-keys.tsx'
import { demandSeat } from './seat.ts'
import { atDesk } from './desk-parts.ts'

/** Who may do what, and how much of it is used. */
export function authorityRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  app.get('/authority', async (c) => {
    const seat = await demandSeat(c, context)
    const view = authorityOf(context, seat.officer, c.req.query('after') ?? '')
    return c.html(
      frame.page(
        {
          title: 'Keys and caps',
          ...atDesk('/desk/authority'),
          isWide: true,
        },
        <>
          <NewKeys context={context} seat={seat} />
          <AuthorityPage view={view} seat={seat} now={context.sequencer.now()} />
        </>,
      ),
    )
  })
}
