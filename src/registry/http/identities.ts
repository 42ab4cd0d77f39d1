import type { OpenAPIHono } from '@hono/zod-openapi'
import { IDENTITY_SLOTS, fromBase64, parseImei, toBase64 } from '../../core/index.ts'
import {
  ConflictRequest,
  IdentityAnswer,
  IdentityDraftAnswer,
  IdentityDraftsAnswer,
  IdentityEndRequest,
  IdentitySignatureRequest,
  PairRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import {
  declareConflict,
  draftPair,
  endIdentity,
  identitiesOfCase,
  signIdentity,
  type IdentityDraft,
} from '../services/identities.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { idIn } from './police.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'

const NUMBER = ['not-found', 'imei-length', 'imei-digits', 'imei-check-digit'] as const

/** What the log may say of a record that is complete. */
const LAW = [
  'not-found',
  'wrong-state',
  'of-mismatch',
  'signer-set',
  'chain',
  'cert-time',
  'distrusted',
  'scope',
  'alg',
  'signature',
  'assertion',
  'fields',
  'window',
  'oid-reused',
  'cap-exceeded',
  'witness-floor',
  'row-disagrees-with-log',
] as const

/** Numbers that more than one phone wears: conflicts, honest pairs, and their ends. */
export function identityRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const officerOnce = [signed(context), idempotent(context)]
  post(
    app,
    {
      path: '/v1/identities/conflicts',
      summary: 'Log that more than one phone wears the number of a case',
      body: ConflictRequest,
      answer: IdentityDraftAnswer,
      middleware: officerOnce,
      refuses: [...NUMBER, ...LAW],
    },
    async ({ caseId, imei }, c) =>
      draftAnswer(
        await declareConflict(context, callerIn(c), {
          id: requestId(c),
          caseId,
          imei: parseImei(imei).imei14,
        }),
      ),
  )
  post(
    app,
    {
      path: '/v1/identities/pairs',
      summary: 'Draft that a number with one subscriber is honest',
      body: PairRequest,
      answer: IdentityDraftAnswer,
      middleware: officerOnce,
      refuses: NUMBER,
    },
    async ({ caseId, imei, imsi, days }, c) =>
      draftAnswer(
        await draftPair(context, callerIn(c), {
          id: requestId(c),
          caseId,
          imei: parseImei(imei).imei14,
          imsi,
          days,
        }),
      ),
  )
  post(
    app,
    {
      path: '/v1/identities/ends',
      summary: 'End a conflict, or draft the end of a pair',
      body: IdentityEndRequest,
      answer: IdentityDraftAnswer,
      middleware: officerOnce,
      refuses: LAW,
    },
    async ({ caseId, of }, c) =>
      draftAnswer(await endIdentity(context, callerIn(c), { id: requestId(c), caseId, of })),
  )
  get(
    app,
    {
      path: '/v1/cases/{id}/identities',
      summary: 'Conflicts and pairs of a case, drafted or logged',
      answer: IdentityDraftsAnswer,
      middleware: [signed(context)],
    },
    async (c) => ({
      drafts: (await identitiesOfCase(context, callerIn(c), idIn(c.req.param('id')))).map(
        draftAnswer,
      ),
    }),
  )
  post(
    app,
    {
      path: '/v1/identities/signatures',
      summary: 'Sign an identity record; a complete one is logged before the answer',
      body: IdentitySignatureRequest,
      answer: IdentityAnswer,
      middleware: [idempotent(context)],
      refuses: ['not-canonical', ...LAW],
    },
    // Whoever signs has shown nobody who asks: the opening stays with the officers of the case.
    async ({ draft, slot, signature }) =>
      answerOf(
        await signIdentity(context, { draftId: draft, slot, signature: fromBase64(signature) }),
      ),
  )
}

function answerOf({ id, form, payload, signed: slots, index }: IdentityDraft) {
  return {
    id,
    payload: toBase64(payload),
    slots: [...IDENTITY_SLOTS[form]],
    signed: [...slots],
    index,
  }
}

function draftAnswer(draft: IdentityDraft) {
  return { ...answerOf(draft), opening: draft.opening && toBase64(draft.opening) }
}
