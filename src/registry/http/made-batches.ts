import { z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context as HttpContext } from 'hono'
import { demand, fromBase64, fromHex, toBase64, toHex } from '../../core/index.ts'
import {
  MadeBatchAnswer,
  MadeBatchRequest,
  MadeConflictsAnswer,
  MadeModelsAnswer,
  MadeRowsAnswer,
  MadeRowsRequest,
  SalesAnswer,
  SalesRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { advanceMadeBatch } from '../services/made-batch-steps.ts'
import {
  conflictsOf,
  madeBatch,
  madeModels,
  openMadeBatch,
  takeMadeRows,
  type MadeBatch,
} from '../services/made-batches.ts'
import { takeSales } from '../services/first-sales.ts'
import type { Env } from './env.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/**
 * Phones before they have an owner: what a maker hands in, and what a seller tells. Each step may be
 * repeated and changes nothing the second time, so none needs a key of its own.
 */
export function madeBatchRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const isSigned = signed(context)
  const batchIn = (c: HttpContext<Env>) => {
    const id = c.req.param('id') ?? ''
    demand(/^[0-9a-f]{32}$/.test(id), 'not-found', 'no such run')
    return madeBatch(context, callerIn(c), fromHex(id))
  }
  get(
    app,
    {
      path: '/v1/made-models',
      summary: 'The models this maker may speak for',
      answer: MadeModelsAnswer,
      middleware: [isSigned],
    },
    async (c) => ({ tacs: [...madeModels(context, callerIn(c))] }),
  )
  post(
    app,
    {
      path: '/v1/made-batches',
      summary: 'Begin a production run, or find it again. For makers',
      body: MadeBatchRequest,
      answer: MadeBatchAnswer,
      middleware: [isSigned],
      refuses: [
        'not-canonical',
        'alg',
        'signature',
        'chain',
        'cert-time',
        'distrusted',
        'scope',
        'attestation-needed',
        'identity-conflict',
      ],
    },
    async ({ statement, model, needsSale }, c) => {
      const given = { statement: fromBase64(statement), model, needsSale }
      return answerOf(await openMadeBatch(context, callerIn(c), given))
    },
  )
  post(
    app,
    {
      path: '/v1/made-batches/{id}/rows',
      summary: "A run's next rows",
      body: MadeRowsRequest,
      answer: MadeRowsAnswer,
      middleware: [isSigned],
      large: true,
      refuses: ['not-canonical', 'scope', 'feed-gap', 'chain', 'cert-time', 'distrusted'],
    },
    async ({ from, rows }, c) => {
      const given = rows.map(({ record, key }) => ({
        record: fromBase64(record),
        key: fromBase64(key),
      }))
      return { received: await takeMadeRows(context, await batchIn(c), from, given) }
    },
  )
  post(
    app,
    {
      path: '/v1/made-batches/{id}/steps',
      summary:
        'The next piece of work on a run whose rows are here; until it says how many are enrolled',
      body: z.object({}),
      answer: MadeBatchAnswer,
      middleware: [isSigned],
      refuses: ['feed-gap', 'attestation-needed'],
    },
    async (_, c) => {
      await advanceMadeBatch(context, await batchIn(c))
      return answerOf(await batchIn(c))
    },
  )
  get(
    app,
    {
      path: '/v1/made-batches/{id}/conflicts',
      summary: 'Rows whose numbers or key another phone had first',
      answer: MadeConflictsAnswer,
      middleware: [isSigned],
    },
    async (c) => ({ rows: [...(await conflictsOf(context, await batchIn(c)))] }),
  )
  post(
    app,
    {
      path: '/v1/sales',
      summary: 'Phones that have left the shop. For sellers',
      body: SalesRequest,
      answer: SalesAnswer,
      middleware: [isSigned],
      large: true,
    },
    async ({ sales }, c) => {
      const { index, results } = await takeSales(context, callerIn(c), sales.map(fromBase64))
      return { index, results: [...results] }
    },
  )
}

function answerOf(batch: MadeBatch): z.infer<typeof MadeBatchAnswer> {
  const { id, statement, count, received, claimed, filled, enrolled, index } = batch
  return {
    id: toHex(id),
    statement: toBase64(statement),
    count,
    received,
    claimed,
    filled,
    enrolled,
    index,
  }
}
