import type { OpenAPIHono } from '@hono/zod-openapi'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { demand, fromBase64 } from '../../core/index.ts'
import {
  BlacklistPage,
  ExceptionsPage,
  SightingsAnswer,
  SightingsRequest,
  SnapshotChunk,
  parseCursor,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { FeedHub } from '../feed/hub.ts'
import { Pages } from '../feed/pages.ts'
import { blacklistPage, type ListCursor } from '../services/blacklist.ts'
import { exceptionsPage, type ExceptionsCursor } from '../services/exceptions.ts'
import { takeSightings } from '../services/sightings.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { listReaderIn, openingReaderIn, operatorIn } from './operator.ts'
import { cursorIn } from './police.ts'
import { document, get, post } from './route.ts'
import { signed } from './signed.ts'

/** What operators' registers ask: the log with its openings, and a place for what they saw. */
export function edgeRoutes(app: OpenAPIHono<Env>, context: Context, hub: FeedHub): void {
  const isSigned = signed(context)
  const operator = [isSigned]
  // Of its own: registers that begin afresh read more of the log than those that come back.
  const pages = new Pages(context.db)
  get(
    app,
    {
      path: '/v1/snapshot/{chunk}',
      summary: '256 entries beside their openings',
      answer: SnapshotChunk,
      middleware: operator,
      refuses: ['bad-cursor'],
    },
    async (c) => {
      openingReaderIn(c, context)
      const chunk = parseCursor(c.req.param('chunk') ?? '')
      const size = context.sequencer.published.newest?.checkpoint.size ?? 0
      const { from, entries } = await pages.read(chunk, size)
      return { from, size, entries: [...entries] }
    },
  )
  get(
    app,
    {
      path: '/v1/blacklist',
      summary: 'Numbers to refuse now, for registers that cannot follow the feed',
      answer: BlacklistPage,
      middleware: operator,
      query: { cursor: "The last answer's `next`" },
      refuses: ['bad-cursor'],
    },
    async (c) => {
      listReaderIn(c)
      return blacklistPage(context, listCursor(c.req.query('cursor')))
    },
  )
  get(
    app,
    {
      path: '/v1/exceptions',
      summary: 'Honest pairs that stand, for registers that cannot follow the feed',
      answer: ExceptionsPage,
      middleware: operator,
      query: { cursor: "The last answer's `next`" },
      refuses: ['bad-cursor'],
    },
    async (c) => {
      operatorIn(c)
      return exceptionsPage(context, exceptionsCursor(c.req.query('cursor')))
    },
  )
  document(app, {
    path: '/v1/feed',
    summary: 'The log as it grows, beside its openings (server-sent events)',
    middleware: operator,
    parameters: [
      {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'The last leaf the reader has; without it the feed begins at leaf 0.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: {
        description: 'Events `entry` (id: its leaf index) and `checkpoint` (no id)',
        content: { 'text/event-stream': {} },
      },
    },
    refuses: ['bad-cursor', 'cursor-too-old', 'future-cursor', 'rate-limited', 'unavailable'],
  })
  app.use('/v1/feed', async (_, next) => {
    hub.demandRoom()
    await next()
  })
  app.get('/v1/feed', isSigned.handle, (c) => {
    const { sub } = openingReaderIn(c, context)
    const last = c.req.header('last-event-id')
    const { outgoing } = c.env
    demand('writableLength' in outgoing, 'unavailable', 'the feed is served over HTTP/1.1')
    hub.attach(
      outgoing as Parameters<FeedHub['attach']>[0],
      last === undefined ? null : parseCursor(last),
      sub,
    )
    return RESPONSE_ALREADY_SENT
  })
  post(
    app,
    {
      path: '/v1/sightings',
      summary: 'Signed sightings of one operator',
      body: SightingsRequest,
      answer: SightingsAnswer,
      middleware: [isSigned, idempotent(context)],
      large: true,
    },
    async ({ sightings }, c) => {
      const taken = await takeSightings(context, operatorIn(c), sightings.map(fromBase64))
      return { ...taken, refused: [...taken.refused] }
    },
  )
}

/** Of `<subject>.<plain>.<guarded>`. @throws {Refusal} bad-cursor */
function listCursor(text: string | undefined): ListCursor | null {
  if (text === undefined) return null
  const [after, plain = '', guarded = '', ...more] = text.split('.')
  demand(more.length === 0, 'bad-cursor', 'not one of our cursors')
  const frontiers = { plain: parseCursor(plain), guarded: parseCursor(guarded) }
  return { after: cursorIn(after)!, frontiers }
}

/** Of `<leaf>.<plain>`. @throws {Refusal} bad-cursor */
function exceptionsCursor(text: string | undefined): ExceptionsCursor | null {
  if (text === undefined) return null
  const [after = '', plain = '', ...more] = text.split('.')
  demand(more.length === 0, 'bad-cursor', 'not one of our cursors')
  return { after: parseCursor(after), plain: parseCursor(plain) }
}
