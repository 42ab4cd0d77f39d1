import { createHash } from 'node:crypto'
import type { Eat } from '../core/index.ts'
import { withoutImeis } from '../host/index.ts'
import type { Case } from './case.ts'
import type { Answer, Ask } from './protocol.ts'

/** What passed between suite and adapter, in the order in which it did. */
export interface Exchange {
  readonly case: Case['id']
  readonly asked: Ask
  readonly answered: Answer | { readonly fault: string }
  /** What the phone's key said to the registry meanwhile. */
  readonly attested: readonly Pick<Eat, 'state' | 'ctr' | 'outstanding'>[]
}

/** Fields that name a phone or hold a key, and what stands in their place. */
const HASHED = new Set([
  'bundle',
  'sale',
  'statement',
  'record',
  'root',
  'key',
  'thumbprint',
  'origin',
  'release',
  'list',
  'code',
])
const HIDDEN = new Set(['owner', 'serial', 'imei', 'imeis'])

/** The transcript as it may leave the house: no key, no number of a phone; one exchange a line. */
export function scrubbed(transcript: readonly Exchange[]): string {
  const lines = transcript.map((exchange) => JSON.stringify(exchange, replace))
  // The adapter's own texts may hold anything.
  return withoutImeis(lines.map((line) => `${line}\n`).join(''))
}

function replace(field: string, value: unknown): unknown {
  if (HIDDEN.has(field)) return '(left out)'
  if (HASHED.has(field) && typeof value === 'string')
    return `sha256:${createHash('sha256').update(value).digest('hex')}`
  return value
}
