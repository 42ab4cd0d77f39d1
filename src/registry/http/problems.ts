import { z } from '@hono/zod-openapi'
import type { Context as HttpContext } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal, type RefusalCode } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import { PROBLEMS, type ProblemBody } from '../../wire/index.ts'
import { isLostConnection } from '../db/lost.ts'
import { faultOf } from '../fault.ts'

const RETRY_AFTER_SECONDS = '2'

/** RFC 9457, as the documentation shows it. */
const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem')

/** The error answers of a route, by status, each with the codes it may carry. */
export function problemAnswers(codes: readonly RefusalCode[]) {
  const content = { 'application/problem+json': { schema: ProblemSchema } }
  const byStatus = new Map<number, string[]>([[500, ['`internal`: Something failed on our side.']]])
  for (const code of new Set(codes)) {
    const { status, title } = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}`])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [status, { description: lines.join(' '), content }]),
  )
}

/** The one place where an error becomes an answer (RFC 9457). Unknown errors say nothing of the inside. */
export function toProblem(error: unknown, logger: Logger): ProblemBody {
  if (error instanceof Refusal) {
    const { status, title } = PROBLEMS[error.code]
    const facts = Object.keys(error.facts).length > 0 ? { facts: error.facts } : {}
    const detail = status >= 500 && status !== 503 ? {} : { detail: error.message }
    return { type: `/problems/${error.code}`, title, status, code: error.code, ...detail, ...facts }
  }
  if (error instanceof HTTPException && error.status < 500) {
    const code = error.status === 413 ? 'too-large' : 'malformed'
    return { type: `/problems/${code}`, ...PROBLEMS[code], code }
  }
  logger.error({ err: faultOf(error) }, 'a request failed')
  if (isLostConnection(error))
    return toProblem(new Refusal('unavailable', 'the database cannot be reached'), logger)
  return {
    type: '/problems/internal',
    title: 'Something failed on our side.',
    status: 500,
    code: 'internal',
  }
}

/** As an HTTP answer. 429 and 503 always say when to come back. */
export function answerProblem(c: HttpContext, problem: ProblemBody): Response {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (problem.status === 429 || problem.status === 503)
    headers['retry-after'] = String(problem.facts?.['retryAfterSeconds'] ?? RETRY_AFTER_SECONDS)
  if (problem.status === 401) headers['www-authenticate'] = 'StolenMode'
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, headers)
}

/** The answer to a body that does not fit its schema: where, and what was expected. */
export function schemaProblem(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
): ProblemBody {
  const { status, title } = PROBLEMS.malformed
  const errors = issues.slice(0, 20).map(({ path, message }) => ({
    pointer: `/${path.map(String).join('/')}`,
    detail: message.replace(/received .*/i, 'received something else'),
  }))
  return { type: '/problems/malformed', title, status, code: 'malformed', errors }
}
