import type { OpenAPIHono } from '@hono/zod-openapi'
import { fromBase64 } from '../../core/index.ts'
import { DocumentAnswer, DocumentRequest } from '../../wire/index.ts'
import type { Context } from '../context.ts'
import { logDocument } from '../services/documents.ts'
import type { Env } from './env.ts'
import { post } from './route.ts'
import type { Throttle } from './throttle.ts'

/** Where certificates and what stops them come to the log. No Idempotency-Key: a document is its own. */
export function documentRoutes(
  app: OpenAPIHono<Env>,
  context: Context,
  throttle: Pick<Throttle, 'guard'>,
): void {
  post(
    app,
    {
      path: '/v1/log/documents',
      summary: 'Log a certificate, root document, authority list or distrust record',
      body: DocumentRequest,
      answer: DocumentAnswer,
      middleware: [throttle.guard('document')],
      refuses: [
        'not-canonical',
        'unknown-kind',
        'alg',
        'signature',
        'root-rollback',
        'root-threshold',
        'log-unknown',
        'policy-malformed',
        'chain',
        'name-outside',
        'cert-time',
        'distrusted',
        'scope',
        'signer-set',
        'row-disagrees-with-log',
        'witness-floor',
      ],
    },
    async ({ document }) => logDocument(context, fromBase64(document)),
  )
}
