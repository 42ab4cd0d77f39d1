import type { OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64, parseHandover, toBase64 } from '../../core/index.ts'
import {
  DisputeAnswerAnswer,
  DisputeAnswerRequest,
  HandoverAnswer,
  HandoverRequest,
  PurchaseAnswer,
  PurchaseRequest,
  TransferAnswer,
  TransferOfferRequest,
  TransferRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { answerDispute } from '../services/disputes.ts'
import {
  acceptTransfer,
  handover,
  offerTransfer,
  purchaseOf,
  type Handover,
} from '../services/transfers.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { post } from './route.ts'
import type { Throttle } from './throttle.ts'

/** What is wrong with an offer or an acceptance. */
const DOCUMENT_REFUSALS = [
  'not-canonical',
  'alg',
  'signer-set',
  'owner-key',
  'signature',
  'assertion',
  'window',
] as const
const WAIT_REFUSALS = ['second-factor-needed', 'transfer-pending', 'transfer-cancelled'] as const

/** From one owner to the next. The signature in a document is the permission; the code is the handover. */
export function transferRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  const owning = throttle.guard('owner')
  post(
    app,
    {
      path: '/v1/transfer-offers',
      summary: "Give a phone away: the owner's key, after the phone asked for it",
      body: TransferOfferRequest,
      answer: HandoverAnswer,
      middleware: [owning, idempotent(context)],
      refuses: [
        ...DOCUMENT_REFUSALS,
        ...WAIT_REFUSALS,
        'attestation-needed',
        'not-found',
        'proof-too-weak',
        'wrong-state',
      ],
    },
    async ({ offer }) => handoverAnswer(await offerTransfer(context, fromBase64(offer))),
  )
  post(
    app,
    {
      path: '/v1/handovers',
      summary: 'Where a handover stands, to whoever holds its code',
      body: HandoverRequest,
      answer: HandoverAnswer,
      middleware: [owning],
      refuses: ['not-canonical', 'not-found', 'attestation-needed'],
    },
    async ({ code }) => handoverAnswer(await handover(context, parseHandover(fromBase64(code)))),
  )
  post(
    app,
    {
      path: '/v1/transfers',
      summary: 'Take a phone over; it is logged before the answer',
      body: TransferRequest,
      answer: TransferAnswer,
      middleware: [owning, idempotent(context)],
      refuses: [
        ...DOCUMENT_REFUSALS,
        ...WAIT_REFUSALS,
        'attestation-needed',
        'not-found',
        'fields',
        'expired',
        'wrong-state',
        'parts-unbound',
        'witness-floor',
        'row-disagrees-with-log',
      ],
    },
    ({ acceptance }) => acceptTransfer(context, fromBase64(acceptance)),
  )
  post(
    app,
    {
      path: '/v1/purchases',
      summary: 'The proof of purchase',
      body: PurchaseRequest,
      answer: PurchaseAnswer,
      middleware: [owning],
      refuses: ['not-found'],
    },
    async ({ card }) => {
      const { index, proof } = await purchaseOf(context, card)
      return { index, proof: toBase64(proof) }
    },
  )
  post(
    app,
    {
      path: '/v1/dispute-answers',
      summary: "The present holder's side of a dispute",
      body: DisputeAnswerRequest,
      answer: DisputeAnswerAnswer,
      middleware: [owning, idempotent(context)],
      refuses: ['not-found'],
    },
    async (body) => ({ reference: await answerDispute(context, body) }),
  )
}

function handoverAnswer({ stage, readyAt, until, isBound }: Handover) {
  const time = (ms: number) => new Date(ms).toISOString()
  const ready = readyAt === null ? null : time(readyAt)
  return { stage, readyAt: ready, until: time(until), partsBound: isBound }
}
