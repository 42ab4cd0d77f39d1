import type { OpenAPIHono } from '@hono/zod-openapi'
import { WHY_STOLEN, fromHex, toBase64 } from '../../core/index.ts'
import {
  BatchAnswer,
  BatchApprovalRequest,
  BatchCompletionRequest,
  BatchDraftsAnswer,
  BatchRowsAnswer,
  BatchRowsRequest,
  NewBatchRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../model/caller.ts'
import { addRows } from '../services/batch-rows.ts'
import { approveBatch, completeBatch } from '../services/batch-completion.ts'
import { batchDrafts, batchSummary, openBatch } from '../services/batches.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { cursorIn, idIn } from './police.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/** A stolen list as a police intake: imported by one officer, approved by another. */
export function batchRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const officer = [signed(context)]
  const once = [signed(context), idempotent(context)]
  post(
    app,
    {
      path: '/v1/batches',
      summary: 'Begin or find an import',
      body: NewBatchRequest,
      answer: BatchAnswer,
      middleware: once,
      refuses: ['import-shrinks'],
    },
    async (body, c) => {
      const wanted = { ...body, fileHash: fromHex(body.fileHash), why: WHY_STOLEN[body.why] }
      const { id } = await openBatch(context, callerIn(c), wanted)
      return answer(context, callerIn(c), id)
    },
  )
  get(
    app,
    {
      path: '/v1/batches/{id}',
      summary: 'Counts, refused rows, share of the index',
      answer: BatchAnswer,
      middleware: officer,
    },
    async (c) => answer(context, callerIn(c), idIn(c.req.param('id'))),
  )
  post(
    app,
    {
      path: '/v1/batches/{id}/rows',
      summary: 'Rows become cases and drafts',
      body: BatchRowsRequest,
      answer: BatchRowsAnswer,
      middleware: once,
      refuses: ['import-incomplete'],
      large: true,
    },
    async ({ rows }, c) => {
      const results = await addRows(context, callerIn(c), idIn(c.req.param('id')), rows)
      return {
        rows: results.map(({ draft, ...result }) => ({
          ...result,
          ...(draft && {
            draft: {
              id: draft.id,
              payload: toBase64(draft.payload),
              opening: toBase64(draft.opening),
            },
          }),
        })),
      }
    },
  )
  post(
    app,
    {
      path: '/v1/batches/{id}/completion',
      summary: 'All rows were sent',
      body: BatchCompletionRequest,
      answer: BatchAnswer,
      middleware: once,
      refuses: ['import-incomplete'],
    },
    async (_, c) => {
      const id = idIn(c.req.param('id'))
      await completeBatch(context, callerIn(c), id)
      return answer(context, callerIn(c), id)
    },
  )
  post(
    app,
    {
      path: '/v1/batches/{id}/approval',
      summary: 'The second officer approves the list as a whole',
      body: BatchApprovalRequest,
      answer: BatchAnswer,
      middleware: once,
      refuses: ['same-officer', 'import-incomplete', 'import-mass-change', 'import-shrinks'],
    },
    async ({ reason }, c) => {
      const { id } = await approveBatch(context, callerIn(c), idIn(c.req.param('id')), reason)
      return answer(context, callerIn(c), id)
    },
  )
  get(
    app,
    {
      path: '/v1/batches/{id}/drafts',
      summary: 'What waits for the second officer',
      answer: BatchDraftsAnswer,
      middleware: officer,
      query: { cursor: "The last answer's `next`" },
      refuses: ['bad-cursor'],
    },
    async (c) => {
      const after = cursorIn(c.req.query('cursor'))
      const { items, next } = await batchDrafts(
        context,
        callerIn(c),
        idIn(c.req.param('id')),
        after,
      )
      return {
        items: items.map(({ id, payload, opening }) => ({
          id,
          payload: toBase64(payload),
          opening: toBase64(opening),
        })),
        next,
      }
    },
  )
}

async function answer(context: Context, caller: Caller, id: string) {
  const { batch, ...summary } = await batchSummary(context, caller, id)
  const { kind, source, proposedBy, state, rows, setAside, shrinkReason, missing } = batch
  return {
    id: batch.id,
    kind,
    source,
    proposedBy,
    state,
    rows,
    setAside,
    shrinkReason,
    missing: missing && { ...missing, standing: [...missing.standing] },
    ...summary,
    refused: [...summary.refused],
  }
}
