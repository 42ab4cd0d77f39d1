import {
  coseKey,
  decodeCbor,
  demand,
  encodeCbor,
  fromBase64,
  parseCoseKey,
  toBase64,
} from '../../core/index.ts'
import type { Admission } from './grant-book.ts'
import { encodeGrants, parseGrants } from './grants.ts'

/** Longer than any line that is written here: a mandate is 400 bytes, each ended term 64. */
export const MAX_ADMISSION_LINE = 16_384
const MAX_KEY_BYTES = 256
const TEXTS = ['device', 'approver', 'log', 'authority', 'mandate'] as const

/** What a maker tells those who sign for one phone: a line of JSON (docs/spec/tpm-store.md, "Who signs"). */
export function admissionLine({ governed, home, mandate }: Omit<Admission, 'root'>): string {
  return JSON.stringify({
    device: toBase64(governed.device),
    approver: toBase64(encodeCbor(coseKey(governed.approver))),
    log: home.log,
    authority: home.authority,
    ...(mandate && { mandate: toBase64(encodeGrants({ mandate, grants: [] })) }),
  })
}

/** @param root the signed root document that the phone was given. @throws {Refusal} malformed, too-large */
export function readAdmission(line: string, root: Uint8Array): Admission {
  demand(line.length <= MAX_ADMISSION_LINE, 'too-large', 'longer than any admission')
  const fields = parseObject(line)
  const device = fromBase64(text(fields, 'device'))
  demand(device.length === 32, 'malformed', 'expected a thumbprint as device')
  const approver = parseCoseKey(decodeCbor(fromBase64(text(fields, 'approver')), MAX_KEY_BYTES))
  const home = { log: text(fields, 'log'), authority: text(fields, 'authority') }
  const admission = { governed: { approver, device }, home, root }
  if (fields['mandate'] === undefined) return admission
  return { ...admission, mandate: parseGrants(fromBase64(text(fields, 'mandate'))).mandate }
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = null
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  demand(isObject, 'malformed', 'expected a JSON object')
  const isKnown = Object.keys(value!).every((name) => (TEXTS as readonly string[]).includes(name))
  demand(isKnown, 'malformed', 'a field that no admission has')
  return value as Readonly<Record<string, unknown>>
}

function text(fields: Readonly<Record<string, unknown>>, name: (typeof TEXTS)[number]): string {
  const value = fields[name]
  demand(typeof value === 'string', 'malformed', `expected text as ${name}`)
  return value
}
