import type { OpenAPIHono } from '@hono/zod-openapi'
import {
  OWNER_KEY_SLOTS,
  decodeCbor,
  fromBase64,
  parseCoseKey,
  toBase64,
  type PublicKey,
} from '../../core/index.ts'
import {
  OwnKeyRequest,
  OwnerKeyDraftAnswer,
  OwnerKeyDraftsAnswer,
  OwnerKeyRequest,
  OwnerKeySignatureRequest,
  VoidLocksAnswer,
  VoidLocksRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import {
  draftOwnKey,
  draftOwnerKey,
  ownerKeysOfCase,
  signOwnerKey,
  type OwnerKeyDraft,
} from '../services/owner-keys.ts'
import { undoVoidLocks } from '../services/void-orders.ts'
import type { Env } from './env.ts'
import { idempotent, requestId } from './idempotency.ts'
import { draftAnswer } from './owners.ts'
import { idIn } from './police.ts'
import { get, post } from './route.ts'
import { callerIn, signed } from './signed.ts'
import type { Throttle } from './throttle.ts'

const REFUSED = ['wrong-state', 'of-mismatch', 'owner-key', 'not-canonical'] as const

/** New keys for owners who lost theirs, inherited a phone or had none: in the log, as what they are. */
export function ownerKeyRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  post(
    app,
    {
      path: '/v1/cases/{id}/owner-keys',
      summary: 'Draft a new owner key on what police have seen',
      body: OwnerKeyRequest,
      answer: OwnerKeyDraftAnswer,
      middleware: [signed(context), idempotent(context)],
      refuses: [...REFUSED, 'proof-too-weak'],
    },
    async ({ basis, key }, c) =>
      answerOf(
        await draftOwnerKey(context, callerIn(c), {
          id: requestId(c),
          caseId: idIn(c.req.param('id')),
          basis,
          key: keyIn(key),
        }),
      ),
  )
  get(
    app,
    {
      path: '/v1/cases/{id}/owner-keys',
      summary: 'Owner keys drafted or recorded for the phone of a case',
      answer: OwnerKeyDraftsAnswer,
      middleware: [signed(context)],
    },
    async (c) => ({
      drafts: (await ownerKeysOfCase(context, callerIn(c), idIn(c.req.param('id')))).map(answerOf),
    }),
  )
  post(
    app,
    {
      path: '/v1/owner-keys',
      summary: 'Draft a new owner key by card and old key',
      body: OwnKeyRequest,
      answer: OwnerKeyDraftAnswer,
      middleware: [throttle.guard('owner'), idempotent(context)],
      refuses: [...REFUSED, 'not-found'],
    },
    async ({ reference, card, key }, c) =>
      answerOf(
        await draftOwnKey(context, {
          id: requestId(c, card),
          reference,
          card,
          key: keyIn(key),
        }),
      ),
  )
  post(
    app,
    {
      path: '/v1/void-locks',
      summary: 'Draft the releases of locks that a distrust record made void',
      body: VoidLocksRequest,
      answer: VoidLocksAnswer,
      middleware: [signed(context), idempotent(context)],
    },
    async (_, c) => ({
      locks: (await undoVoidLocks(context, callerIn(c))).map(({ index, release }) => ({
        index,
        release: release && { ...draftAnswer(release), act: 'release' as const },
      })),
    }),
  )
  post(
    app,
    {
      path: '/v1/owner-key-signatures',
      summary: 'Sign an owner-key record; a complete one is logged before the answer',
      body: OwnerKeySignatureRequest,
      answer: OwnerKeyDraftAnswer,
      middleware: [idempotent(context)],
      refuses: [
        ...REFUSED,
        'not-found',
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
        'witness-floor',
        'row-disagrees-with-log',
      ],
    },
    async ({ draft, slot, signature }) =>
      answerOf(
        await signOwnerKey(context, { draftId: draft, slot, signature: fromBase64(signature) }),
      ),
  )
}

/** @throws {Refusal} malformed, not-canonical */
function keyIn(text: string): PublicKey {
  return parseCoseKey(decodeCbor(fromBase64(text), 128))
}

function answerOf({ id, payload, basis, signed: slots, index }: OwnerKeyDraft) {
  return {
    id,
    payload: toBase64(payload),
    slots: [...OWNER_KEY_SLOTS[basis], 'new' as const],
    signed: [...slots],
    index,
  }
}
