import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64, toBase64 } from '../../core/index.ts'
import {
  ActivationAnswer,
  ActivationRequest,
  DeviceStatusAnswer,
  DeviceStatusRequest,
  EnrolmentAnswer,
  EnrolmentRequest,
  NonceAnswer,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { activate, deviceStatus } from '../services/device-status.ts'
import { enrol } from '../services/enrolment.ts'
import { homeHere } from '../services/home.ts'
import { drawNonce } from '../services/nonces.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { post } from './route.ts'
import { noticeAnswer } from './waits.ts'

/** What is wrong with the word of a device, or with its nonce. */
const EAT_REFUSALS = ['not-canonical', 'alg', 'signature', 'token-nonce'] as const

/** What phones ask. Their own key signs inside the body; there is nothing else to log in with. */
export function deviceRoutes(app: OpenAPIHono<Env>, context: Context): void {
  post(
    app,
    {
      path: '/v1/nonces',
      summary: 'A nonce for ten minutes',
      body: z.object({}),
      answer: NonceAnswer,
    },
    async () => ({ nonce: toBase64(drawNonce(context)) }),
  )
  post(
    app,
    {
      path: '/v1/enrolments',
      summary: 'Enrol a device its maker or its hardware vouches for',
      body: EnrolmentRequest,
      answer: EnrolmentAnswer,
      middleware: [idempotent(context)],
      refuses: [
        ...EAT_REFUSALS,
        'attestation-needed',
        'scope',
        'chain',
        'cert-time',
        'distrusted',
        'boot-state-unverified',
        'imei-mismatch',
        'identity-conflict',
        'activation-refused',
        'not-sold',
        'owner-key',
      ],
    },
    async (body) => {
      const { owner } = body
      const { index, card } = await enrol(context, {
        eat: fromBase64(body.eat),
        evidence: {
          maker: makersWord(body),
          android: body.android?.map(fromBase64) ?? null,
          apple: body.apple?.map(fromBase64) ?? null,
        },
        model: body.model,
        ...(owner && { owner: { key: fromBase64(owner.key), proof: fromBase64(owner.proof) } }),
        ...(body.mail !== undefined && { mail: body.mail }),
      })
      return { index, card, state: 'protected' as const, home: homeHere(context) }
    },
  )
  post(
    app,
    {
      path: '/v1/device-status',
      summary: 'What a phone has missed, as bundles',
      body: DeviceStatusRequest,
      answer: DeviceStatusAnswer,
      refuses: [...EAT_REFUSALS, 'attestation-needed'],
    },
    async (body) => {
      const { notice, words, again, ...status } = await deviceStatus(context, fromBase64(body.eat))
      return {
        state: status.state,
        roots: status.roots.map(toBase64),
        bundles: status.bundles.map(toBase64),
        sales: status.sales.map(toBase64),
        notice: notice && noticeAnswer(notice),
        words: words && toBase64(words),
        again: again && toBase64(again),
      }
    },
  )
  post(
    app,
    {
      path: '/v1/activations',
      summary: 'A status token after a reset, or a refusal',
      body: ActivationRequest,
      answer: ActivationAnswer,
      middleware: [idempotent(context)],
      refuses: [
        ...EAT_REFUSALS,
        'attestation-needed',
        'activation-refused',
        'identity-conflict',
        'imei-mismatch',
        'boot-state-unverified',
        'part-refused',
        'counter-went-back',
        'not-sold',
      ],
    },
    async (body) => {
      const { token, checkpoint, certificates, roots } = await activate(
        context,
        fromBase64(body.eat),
        body.country,
      )
      return {
        token: toBase64(token),
        checkpoint,
        certificates: certificates.map(toBase64),
        roots: roots.map(toBase64),
      }
    },
  )
}

function makersWord({ statement, record, index, path }: z.infer<typeof EnrolmentRequest>) {
  if (statement === undefined || record === undefined || index === undefined || !path) return null
  return {
    statement: fromBase64(statement),
    record: fromBase64(record),
    index,
    path: path.map(fromBase64),
  }
}
