import type { OpenAPIHono } from '@hono/zod-openapi'
import { LISTS, demand, type List } from '../../core/index.ts'
import { formatVkey } from '../../log/index.ts'
import { ListsAnswer, parseCursor } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { bytesOf, headsOf, newestMade } from '../lists/list-rows.ts'
import type { Env } from './env.ts'
import { operatorIn } from './operator.ts'
import { document, get } from './route.ts'
import { signed } from './signed.ts'

/** A head start for registers: the lists whole, and what changed since. */
export function numberListRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const { db, keys } = context
  const isSigned = signed(context)
  get(
    app,
    {
      path: '/v1/lists',
      summary: 'Signed heads of the lists, with the checkpoint they follow from',
      answer: ListsAnswer,
      middleware: [isSigned],
      refuses: ['not-found'],
    },
    async (c) => {
      operatorIn(c)
      const made = await newestMade(db)
      demand(made !== null, 'not-found', 'no lists were made yet')
      const lists = await Promise.all(
        Object.values(LISTS).map(async (list) => ({ list, ...(await available(list)) })),
      )
      return { key: formatVkey(keys.lists.key), ...made, lists }
    },
  )

  const available = async (list: List) => {
    const heads = await headsOf(db, list)
    const snapshot = heads.findLast(({ kind }) => kind === 'snapshot')
    demand(snapshot !== undefined, 'not-found', 'no list was made yet')
    const deltas = heads.flatMap(({ from, size, head }) =>
      from === null ? [] : { from, to: size, head },
    )
    return { snapshot, deltas }
  }

  document(app, {
    path: '/v1/lists/{list}/{size}/{kind}',
    summary: 'A snapshot of list 1 or 2 as of a tree, or the delta that leads to it',
    middleware: [isSigned],
    responses: { 200: { description: 'Bytes', content: { 'application/octet-stream': {} } } },
    refuses: ['bad-cursor', 'not-found'],
  })
  app.get('/v1/lists/:list/:size/:kind', isSigned.handle, async (c) => {
    operatorIn(c)
    const { list, size, kind } = c.req.param()
    const known = Object.values(LISTS).find((one) => String(one) === list)
    const isKind = kind === 'snapshot' || kind === 'delta'
    demand(known !== undefined && isKind, 'not-found', 'no such list')
    const bytes = await bytesOf(db, { list: known, kind, size: parseCursor(size) })
    demand(bytes !== null, 'not-found', 'it is no longer kept')
    return c.body(bytes.buffer, 200, { 'content-type': 'application/octet-stream' })
  })
}
