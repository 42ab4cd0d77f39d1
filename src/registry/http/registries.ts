import type { OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64, parseImei14 } from '../../core/index.ts'
import {
  CertificatesAnswer,
  CertificatesRequest,
  HomeAnswer,
  HomeRequest,
  PartSightingAnswer,
  PartSightingRequest,
} from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { answerHome, takeCertificates } from '../services/home.ts'
import { takePartSighting } from '../services/parts/foreign-parts.ts'
import type { Env } from './env.ts'
import { idempotent } from './idempotency.ts'
import { post } from './route.ts'
import { callerIn, signed } from './signed.ts'

/** What registries of several countries ask each other. */
export function registryRoutes(app: OpenAPIHono<Env>, context: Context): void {
  const isSigned = signed(context)
  post(
    app,
    {
      path: '/v1/home',
      summary: 'Is a phone of this number at home here? For registries',
      body: HomeRequest,
      answer: HomeAnswer,
      middleware: [isSigned],
    },
    async ({ imei }, c) => ({ home: await answerHome(context, callerIn(c), parseImei14(imei)) }),
  )
  post(
    app,
    {
      path: '/v1/part-sightings',
      summary: 'A part of a phone that is stolen here was refused elsewhere. For registries',
      body: PartSightingRequest,
      answer: PartSightingAnswer,
      middleware: [isSigned, idempotent(context)],
    },
    async ({ part, country }, c) => {
      await takePartSighting(context, callerIn(c), { part: fromBase64(part), country })
      return { taken: true as const }
    },
  )
  post(
    app,
    {
      path: '/v1/certificates',
      summary: "Log certificates of the caller's country. For registries",
      body: CertificatesRequest,
      answer: CertificatesAnswer,
      middleware: [isSigned, idempotent(context)],
      refuses: [
        'not-canonical',
        'alg',
        'chain',
        'name-outside',
        'scope',
        'cert-time',
        'signer-set',
      ],
    },
    async ({ certificates }, c) => ({
      logged: await takeCertificates(context, callerIn(c), certificates.map(fromBase64)),
    }),
  )
}
