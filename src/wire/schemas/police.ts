import { z } from 'zod'
import { SET_ASIDE } from '../dirbs.ts'
import { CloneAnswer } from './clones.ts'
import { Base64, StateWord, Time, Uuid } from './common.ts'

/** The crime behind a lock, field 11 of the order. */
export const Why = z.enum(['theft', 'robbery', 'burglary', 'lost'])

/** `clone`: no crime yet; signals opened the case, and nothing is locked in it. */
export const CaseWhy = z.enum([...Why.options, 'clone'])

/** POST /v1/cases: by an officer, about an owner's report, a former owner's dispute or a number he obtained. */
export const NewCaseRequest = z.object({
  crimeReference: z.string().min(1).max(64),
  why: Why,
  reference: z.string().max(16).optional(),
  imei: z.string().max(32).optional(),
})

/** What the owner of a phone that nobody enrolled asks of an officer. */
const PoliceRequestItem = z.object({
  id: Uuid,
  reference: z.string(),
  at: Time,
  why: Why,
  name: z.string(),
  /** Of the phone's SIM. */
  number: z.string(),
  operator: z.string(),
  happened: z.string(),
  reach: z.string(),
  /** As the owner says it; nobody has proved it. */
  imei: z.string().nullable(),
  /** Other requests that named the same telephone number. */
  others: z.number().int(),
})

/** GET /v1/requests: what waits for an officer. */
export const RequestPage = z.object({
  items: z.array(PoliceRequestItem),
  next: z.string().nullable(),
})

/** POST /v1/requests/{id}/answer: a reason its owner reads, or the number that the officer obtained. */
export const RequestAnswerRequest = z.object({
  reason: z.string().trim().min(1).max(500).optional(),
  crimeReference: z.string().min(1).max(64).optional(),
  imei: z.string().max(32).optional(),
  own: z.enum(['operator', 'in-person']).optional(),
})
export const RequestAnswerAnswer = z.object({ caseId: Uuid.nullable() })

/** A change of owner, as police see it. */
const SaleOnRecord = z.object({
  /** Leaf of the sale. */
  index: z.number().int(),
  at: Time,
  /** Until when the former owner's report opens a dispute. */
  disputableUntil: Time,
  dispute: z
    .object({
      reference: z.string(),
      why: Why,
      at: Time,
      /** The present holder's side; null until he answers. */
      statement: z.string().nullable(),
    })
    .nullable(),
})

export const CaseState = z.enum(['open', 'proposed', 'approved', 'locked', 'withdrawn', 'refused'])

/** POST /v1/device-codes: what a phone on the bench shows for scanning. */
export const DeviceCodeRequest = z.object({ code: z.string().min(1).max(512) })
export const DeviceCodeAnswer = z.object({
  /** 15 digits each, in slot order. */
  imeis: z.array(z.string()),
  serial: z.string().nullable(),
  model: z.string().nullable(),
  state: StateWord,
  /** The newest case of the officer's own force that is not over. */
  caseId: Uuid.nullable(),
})

export const CaseAnswer = z.object({
  id: Uuid,
  force: z.string(),
  crimeReference: z.string(),
  why: CaseWhy,
  state: CaseState,
  /** The device: model where it is known, and its numbers with check digit. */
  device: z.object({
    model: z.string().nullable(),
    imeis: z.array(z.string()),
    serial: z.string().nullable(),
  }),
  /** What it rests on, and all that was told after the hold; null where an officer began it. */
  report: z
    .object({
      reference: z.string(),
      at: Time,
      proof: z.string(),
      place: z.string(),
      how: z.string(),
      purchase: z.string(),
      insurer: z.string(),
    })
    .nullable(),
  sightings: z.array(
    z.object({
      at: z.string(),
      how: z.string(),
      verdict: z.string(),
      country: z.string(),
      network: z.string().nullable(),
      reporter: z.string(),
    }),
  ),
  /** Changes of owner on record, newest first: looked at before a former owner's word is believed. */
  sales: z.array(SaleOnRecord),
  /** An insurer has paid: it is released to nobody else, and its use since is counted. */
  claim: z
    .object({
      insurer: z.string(),
      reference: z.string(),
      paidAt: Time,
      usedSince: z.number().int(),
    })
    .nullable(),
  /** Of each number that seems to be worn by several phones. */
  clones: z.array(CloneAnswer),
})

/** POST /v1/cases/{id}/claims: an insurer has paid for the phone of this case. */
export const ClaimRequest = z.object({
  insurer: z.string().min(1).max(64),
  reference: z.string().min(1).max(64),
})

/** GET /v1/cases */
export const CasePage = z.object({
  items: z.array(
    z.object({ id: Uuid, crimeReference: z.string(), why: CaseWhy, state: CaseState }),
  ),
  next: z.string().nullable(),
})

/** POST /v1/cases/{id}/drafts: the next order of a case, ready to be signed. */
export const DraftRequest = z.discriminatedUnion('act', [
  z.object({ act: z.literal('lock') }),
  z.object({
    act: z.literal('found'),
    exhibit: z.string().min(1).max(64),
    country: z.string().regex(/^[A-Z]{2}$/),
  }),
  z.object({
    act: z.literal('release'),
    to: z.enum(['returned', 'issuedInError', 'titlePassed', 'court']),
  }),
  z.object({ act: z.literal('retire'), why: z.number().int().min(1).max(3) }),
])

/** An order's payload and its opening: a signer checks that one names the other, and the device. */
export const DraftAnswer = z.object({
  id: Uuid,
  act: z.enum(['hold', 'lock', 'found', 'release', 'retire']),
  payload: Base64,
  opening: Base64,
})

/** GET /v1/cases/{id}/drafts */
export const DraftsAnswer = z.object({ drafts: z.array(DraftAnswer) })

/** GET /v1/force-drafts: what officers have signed and their force has not. */
export const ForceDraftsAnswer = z.object({
  drafts: z.array(
    DraftAnswer.extend({
      /** COSE_Signature by position: slots of the order; of a correction, what two officers signed beside it. */
      signatures: z.record(z.string(), Base64),
      /** Of a return: the COSE_Signature of an officer, which is no slot of it. */
      voucher: Base64.nullable(),
    }),
  ),
})

/** POST /v1/signatures: whoever can sign may; each signature stands on its own. */
export const SignaturesRequest = z.object({
  signatures: z
    .array(z.object({ draft: Uuid, slot: z.number().int().min(0).max(7), signature: Base64 }))
    .min(1)
    .max(1_500),
})

export const SignaturesAnswer = z.object({
  results: z.array(
    z.object({
      draft: z.string(),
      state: z.enum(['collecting', 'logged', 'refused']),
      index: z.number().int().optional(),
      code: z.string().optional(),
      detail: z.string().optional(),
      /** What the caller can act on, such as when a cap frees. */
      facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    }),
  ),
})

/** POST /v1/batches: a stolen list as a police intake. */
export const NewBatchRequest = z.object({
  source: z.string().min(1).max(128),
  /** SHA-256 of the file: importing it twice is importing it once. */
  fileHash: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.enum(['full', 'delta']),
  /** Rows that name a number and a claim, each number once. */
  rows: z.number().int().min(0),
  /** Rows the importing officer's program could not use. */
  setAside: z.number().int().min(0),
  why: Why,
  prefix: z.string().max(32).nullable(),
  shrinkReason: z.string().min(1).max(256).nullable(),
})

export const BatchAnswer = z.object({
  id: Uuid,
  kind: z.enum(['full', 'delta']),
  source: z.string(),
  proposedBy: z.string(),
  /** Open while rows are taken; complete when all of them were. */
  state: z.enum(['open', 'complete', 'approved']),
  rows: z.number().int(),
  setAside: z.number().int(),
  /** Why a list much shorter than the last one was taken. */
  shrinkReason: z.string().nullable(),
  /** What earlier lists held and this full list does not; null before it is complete. */
  missing: z
    .object({
      /** Cases nobody had approved, withdrawn. */
      withdrawn: z.number().int(),
      /** Locks that stand, by crime reference: people decide about their release. */
      standing: z.array(z.string()),
      standingCount: z.number().int(),
    })
    .nullable(),
  cases: z.record(z.string(), z.number().int()),
  refusedCount: z.number().int(),
  refused: z.array(z.object({ row: z.number().int(), code: z.string() })),
  entries: z.number().int(),
  share: z.number(),
})

/** POST /v1/batches/{id}/rows */
export const BatchRowsRequest = z.object({
  rows: z
    .array(
      z.union([
        z.object({
          row: z.number().int().min(1),
          imei: z.string().max(32),
          claim: z.enum(['locked', 'held', 'recovered']),
        }),
        // Kept with the import, so that the second officer sees what was not read.
        z.object({ row: z.number().int().min(1), setAside: z.enum(SET_ASIDE) }),
      ]),
    )
    .min(1)
    .max(500),
})

export const BatchRowsAnswer = z.object({
  rows: z.array(
    z.object({
      row: z.number().int(),
      result: z.enum(['proposed', 'open', 'unchanged', 'withdrawn', 'standing', 'refused']),
      code: z.string().optional(),
      draft: z.object({ id: Uuid, payload: Base64, opening: Base64 }).optional(),
    }),
  ),
})

/** POST /v1/batches/{id}/completion: every row was sent. */
export const BatchCompletionRequest = z.object({})

/** POST /v1/batches/{id}/approval: by another officer than the one who imported. */
export const BatchApprovalRequest = z.object({ reason: z.string().min(1).max(256).nullable() })

/** POST /v1/void-locks: an authority undoes what a distrusted key below it had locked. */
export const VoidLocksRequest = z.object({})
export const VoidLocksAnswer = z.object({
  locks: z.array(
    z.object({
      index: z.number().int(),
      /** Null where no owner key can complete it yet. */
      release: z
        .object({ id: Uuid, act: z.literal('release'), payload: Base64, opening: Base64 })
        .nullable(),
    }),
  ),
})

/** GET /v1/batches/{id}/drafts: what still lacks the approving officer, a page at a time. */
export const BatchDraftsAnswer = z.object({
  items: z.array(z.object({ id: Uuid, payload: Base64, opening: Base64 })),
  next: z.string().nullable(),
})
