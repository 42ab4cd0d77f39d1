import { z } from 'zod'
import { Base64 } from './common.ts'

/** GET /v1/made-models: TACs the calling maker may speak for. */
export const MadeModelsAnswer = z.object({ tacs: z.array(z.string()) })

/** POST /v1/made-batches: a production run begins, or is found again. */
export const MadeBatchRequest = z.object({
  /** The maker's batch statement (COSE_Sign) over the records of all phones. */
  statement: Base64,
  model: z.string().min(1).max(64),
  /** Its phones activate nowhere before a seller tells their sale. */
  needsSale: z.boolean(),
})

const Count = z.number().int().nonnegative()

export const MadeBatchAnswer = z.object({
  /** Batch id of the statement, hex. */
  id: z.string(),
  /** The statement that counts: the one that came first. */
  statement: Base64,
  count: Count,
  /** Rows that are here, whose numbers are claimed, and whose devices are enrolled. */
  received: Count,
  claimed: Count,
  filled: Count,
  /** Phones enrolled in the end; null while there is work left. */
  enrolled: Count.nullable(),
  /** Leaf of the batch; null before it is logged, and where nothing was left to log. */
  index: Count.nullable(),
})

/** POST /v1/made-batches/{id}/rows: the next rows, counted from 0. What is here already is passed over. */
export const MadeRowsRequest = z.object({
  from: Count,
  rows: z
    .array(
      z.object({
        /** As in the statement's tree. */
        record: z.string().max(2_800),
        /** The device key (COSE_Key). */
        key: z.string().max(344),
      }),
    )
    .min(1)
    .max(4_000),
})
export const MadeRowsAnswer = z.object({ received: Count })

/** GET /v1/made-batches/{id}/conflicts: rows whose numbers or key are another phone's, which was first. */
export const MadeConflictsAnswer = z.object({ rows: z.array(Count) })

/** POST /v1/sales: each a seller's signed word (COSE_Sign1) about one phone. */
export const SalesRequest = z.object({ sales: z.array(z.string().max(1_024)).min(1).max(500) })
export const SalesAnswer = z.object({
  /** Leaf of the batch; null where no phone was freed. */
  index: Count.nullable(),
  /** In order: freed now, free before, or refused with a code. */
  results: z.array(
    z.object({ result: z.enum(['sold', 'free', 'refused']), code: z.string().optional() }),
  ),
})
