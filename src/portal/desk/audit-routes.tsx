import type { Hono } from 'hono'
import { auditTrailOf, unusualOf, type Context } from '../../registry/index.ts'
import type { Frame } from '../frame.tsx'
import type { PageEnv } from '../session.ts'
import { dayBounds } from '../when.tsx'
import { AuditPage, type TrailTyped } from './audit-page.tsx'
import { demandSeat } from './seat.ts'
import { atDesk } from './desk-parts.ts'

/** Longer is no name and no reference. */
const MAX_TYPED = 512

/** The trail of looks and acts of one's force. */
export function auditRoutes(app: Hono<PageEnv>, context: Context, frame: Frame): void {
  app.get('/audit', async (c) => {
    const seat = await demandSeat(c, context)
    const text = (name: string) => (c.req.query(name) ?? '').trim().slice(0, MAX_TYPED)
    const typed: TrailTyped = {
      case: text('case'),
      officer: text('officer'),
      action: text('action'),
      day: text('day'),
    }
    const day = dayBounds(typed.day)
    const error =
      typed.day !== '' && day === null ? 'Enter the day as year, month and day: 2026-02-06' : null
    const unusual = await unusualOf(context, seat.officer.iss)
    const trail = await auditTrailOf(context, seat.officer, {
      crimeReference: typed.case || null,
      officer: typed.officer || null,
      action: typed.action || null,
      day,
      after: c.req.query('after') ?? null,
    })
    return c.html(
      frame.page(
        {
          title: 'Who looked',
          ...atDesk('/desk/audit'),
          isWide: true,
          hasError: error !== null,
        },
        <AuditPage seat={seat} {...trail} unusual={unusual} typed={typed} error={error} />,
      ),
      error === null ? 200 : 422,
    )
  })
}
