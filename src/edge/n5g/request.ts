import type { Check } from '../checks.ts'
import { imsiOf, isGpsi, isSupi, parsePei } from './pei.ts'

/** The whole API of TS 29.511. */
const EQUIPMENT_STATUS = '/n5g-eir-eic/v1/equipment-status'
const MAX_URI = 2_048

/** Causes of TS 29.500 and TS 29.511. */
export type Cause =
  | 'MANDATORY_QUERY_PARAM_MISSING'
  | 'MANDATORY_QUERY_PARAM_INCORRECT'
  | 'OPTIONAL_QUERY_PARAM_INCORRECT'
  | 'INVALID_API'
  | 'ERROR_EQUIPMENT_UNKNOWN'
  | 'SYSTEM_FAILURE'

/** Why a request gets no verdict. */
export interface Wrong {
  readonly status: 400 | 404 | 405 | 406 | 414 | 500
  readonly title: string
  readonly cause?: Cause
  /** The query parameter at fault; its value is never repeated. */
  readonly param?: string
}

export type Question = Omit<Check, 'asker'>

/** The header fields that matter. */
export interface Asked {
  readonly method: string
  readonly uri: string
  readonly accept: string | undefined
}

/** What a well-formed request asks about, or what is wrong with it (TS 29.500 table 5.2.7.2-1). */
export function readRequest({ method, uri, accept }: Asked): Question | Wrong {
  if (uri.length > MAX_URI) return { status: 414, title: 'The URI is longer than 2 KiB' }
  const mark = uri.indexOf('?')
  const path = mark < 0 ? uri : uri.slice(0, mark)
  if (path !== EQUIPMENT_STATUS)
    return { status: 400, title: 'No such resource', cause: 'INVALID_API' }
  if (method !== 'GET') return { status: 405, title: 'Only GET is served' }
  if (accept !== undefined && !acceptsJson(accept))
    return { status: 406, title: 'The answer is application/json' }
  // Unknown parameters are ignored: an error may admit a stolen phone.
  return readQuery(new URLSearchParams(mark < 0 ? '' : uri.slice(mark + 1)))
}

function readQuery(query: URLSearchParams): Question | Wrong {
  const [pei, ...more] = query.getAll('pei')
  if (pei === undefined || (pei === '' && more.length === 0))
    return wrongParam('MANDATORY_QUERY_PARAM_MISSING', 'pei')
  const parsed = more.length > 0 ? null : peiOrNull(pei)
  if (parsed === null) return wrongParam('MANDATORY_QUERY_PARAM_INCORRECT', 'pei')
  if (!isOptional(query.getAll('supi'), isSupi))
    return wrongParam('OPTIONAL_QUERY_PARAM_INCORRECT', 'supi')
  if (!isOptional(query.getAll('gpsi'), isGpsi))
    return wrongParam('OPTIONAL_QUERY_PARAM_INCORRECT', 'gpsi')
  return { ...parsed, imsi: imsiOf(query.get('supi')) }
}

function peiOrNull(text: string): Omit<Question, 'imsi'> | null {
  try {
    return parsePei(text)
  } catch {
    return null
  }
}

function isOptional(values: readonly string[], isValid: (text: string) => boolean): boolean {
  return values.length === 0 || (values.length === 1 && isValid(values[0]!))
}

function wrongParam(cause: Cause, param: string): Wrong {
  const isMissing = cause === 'MANDATORY_QUERY_PARAM_MISSING'
  return {
    status: 400,
    title: isMissing ? 'A parameter is missing' : 'A parameter is malformed',
    cause,
    param,
  }
}

/** RFC 9110 §12.5.1: the most specific range decides; `q=0` excludes. */
function acceptsJson(accept: string): boolean {
  const ranges = new Map<string, boolean>()
  for (const item of accept.toLowerCase().split(',')) {
    const [range, ...parameters] = item.split(';').map((part) => part.trim())
    const isExcluded = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    if (range !== undefined && range !== '') ranges.set(range, !isExcluded)
  }
  if (ranges.size === 0) return true
  return ranges.get('application/json') ?? ranges.get('application/*') ?? ranges.get('*/*') ?? false
}
