import type { OutgoingHttpHeaders } from 'node:http2'
import type { Status } from '../verdict.ts'

/** Everything this server ever sends, made once: frozen, so that no answer can change the next. */
export interface Answer {
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer | null
}

/** Causes of TS 29.500 table 5.2.7.2-1 and TS 29.511. */
type Cause =
  | 'MANDATORY_QUERY_PARAM_MISSING'
  | 'MANDATORY_QUERY_PARAM_INCORRECT'
  | 'OPTIONAL_QUERY_PARAM_INCORRECT'
  | 'INVALID_API'
  | 'ERROR_EQUIPMENT_UNKNOWN'
  | 'SYSTEM_FAILURE'
  | 'NF_CONGESTION_RISK'
  | 'NF_CONGESTION'

interface Problem {
  readonly title: string
  readonly cause?: Cause
  /** The query parameter at fault; its value is never repeated. */
  readonly param?: string
  readonly headers?: OutgoingHttpHeaders
}

/** ProblemDetails of TS 29.571. */
function problem(status: number, { title, cause, param, headers }: Problem): Answer {
  const body = {
    status,
    title,
    ...(cause && { cause }),
    ...(param && { invalidParams: [{ param: `query ${param}`, reason: title }] }),
  }
  return answer(status, { 'content-type': 'application/problem+json', ...headers }, body)
}

/** No proxy may keep a verdict. END_STREAM ends a body: a length beside it would be a header more. */
function answer(status: number, headers: OutgoingHttpHeaders, body: object | null): Answer {
  return Object.freeze({
    headers: Object.freeze({ ':status': status, 'cache-control': 'no-store', ...headers }),
    body: body && Buffer.from(JSON.stringify(body)),
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }

export const VERDICTS: Readonly<Record<Status, Answer>> = {
  WHITELISTED: answer(200, JSON_TYPE, { status: 'WHITELISTED' }),
  GREYLISTED: answer(200, JSON_TYPE, { status: 'GREYLISTED' }),
  BLACKLISTED: answer(200, JSON_TYPE, { status: 'BLACKLISTED' }),
}

const SOON = { 'retry-after': '1' }
const MISSING = { title: 'A parameter is missing', cause: 'MANDATORY_QUERY_PARAM_MISSING' } as const
const MALFORMED = { title: 'A parameter is malformed' } as const
const challenge = (text: string) => ({ 'www-authenticate': text })

export const PROBLEMS = {
  // The only 404 this server ever sends: Open5GS takes any other for an EIR failure.
  unknown: problem(404, { title: 'The equipment is not known', cause: 'ERROR_EQUIPMENT_UNKNOWN' }),
  noPei: problem(400, { ...MISSING, param: 'pei' }),
  pei: problem(400, { ...MALFORMED, cause: 'MANDATORY_QUERY_PARAM_INCORRECT', param: 'pei' }),
  supi: problem(400, { ...MALFORMED, cause: 'OPTIONAL_QUERY_PARAM_INCORRECT', param: 'supi' }),
  gpsi: problem(400, { ...MALFORMED, cause: 'OPTIONAL_QUERY_PARAM_INCORRECT', param: 'gpsi' }),
  resource: problem(400, { title: 'No such resource', cause: 'INVALID_API' }),
  method: problem(405, { title: 'Only GET is served', headers: { allow: 'GET' } }),
  accept: answer(406, {}, null),
  uri: problem(414, { title: 'The URI is longer than 2 KiB' }),
  headers: problem(431, { title: 'The header fields are longer than 16 KiB' }),
  // RFC 6750 §3: no error code where no token was shown.
  noToken: problem(401, { title: 'A token is needed', headers: challenge('Bearer') }),
  badToken: problem(401, {
    title: 'The token is not valid',
    headers: challenge('Bearer error="invalid_token"'),
  }),
  scope: problem(403, {
    title: 'The token is for another service',
    headers: challenge('Bearer error="insufficient_scope"'),
  }),
  tooFast: problem(429, { title: 'Too many checks', cause: 'NF_CONGESTION_RISK', headers: SOON }),
  overloaded: problem(503, { title: 'Overloaded', cause: 'NF_CONGESTION', headers: SOON }),
  failure: problem(500, { title: 'No answer can be given', cause: 'SYSTEM_FAILURE' }),
} as const satisfies Readonly<Record<string, Answer>>
