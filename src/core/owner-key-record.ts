import { Fields, asArray, asBytes, decodeCbor, type CborValue } from './cbor.ts'
import { coseKey, parseCoseKey, type PublicKey } from './crypto.ts'
import { demand } from './refusal.ts'

const DAY = 86_400_000

/** Why a device's owner key changes while an order is outstanding (trust: authorities, field 6). */
export const BASIS = { oldKey: 1, counter: 2, title: 3, error: 4 } as const
export type Basis = keyof typeof BASIS

/** How long each waits before a release may rest on it, ms of log time. */
export const OWNER_KEY_DELAY: Readonly<Record<Basis, number>> = {
  oldKey: 0,
  counter: 7 * DAY,
  title: 14 * DAY,
  error: 0,
}

/** How long after a lock it may be called an error without its owner's key, ms: 72 hours. */
export const ERROR_WINDOW = 3 * DAY

/**
 * Gives the owner of a held or locked device a new key: who lost it, inherited the phone or had none
 * first. Public, so that mercy without the old key is seen as what it is.
 */
export interface OwnerKeyRecord {
  /** Log index of the hold or lock in force. */
  readonly of: number
  /** Commitment to the device under a fresh salt, 32 bytes. */
  readonly dev: Uint8Array
  /** Commitment to the new key. */
  readonly okc: Uint8Array
  /** Opens the commitment that stood until now; with basis `oldKey` only. */
  readonly okey: { readonly salt: Uint8Array; readonly key: PublicKey } | null
  readonly basis: Basis
  /** Origin of the log that `of` means. */
  readonly log: string
}

/** The deterministic payload to sign. */
export function ownerKeyPayload(record: OwnerKeyRecord): CborValue {
  const { of, dev, okc, okey, basis, log } = record
  return new Map<number, CborValue>([
    [1, 1],
    [2, of],
    [3, dev],
    [4, okc],
    [5, okey && [okey.salt, coseKey(okey.key)]],
    [6, BASIS[basis]],
    [7, log],
  ])
}

/** @throws {Refusal} too-large, malformed, not-canonical, fields */
export function parseOwnerKeyRecord(payload: Uint8Array): OwnerKeyRecord {
  const fields = new Fields(decodeCbor(payload, 1024), 'fields')
  demand(fields.uint(1) === 1, 'fields', 'expected version 1')
  const number = fields.uint(6)
  const basis = (Object.keys(BASIS) as Basis[]).find((name) => BASIS[name] === number)
  demand(basis !== undefined, 'fields', 'no such basis')
  const okey = fields.take(5)
  const record: OwnerKeyRecord = {
    of: fields.uint(2),
    dev: fields.bytes(3, 32),
    okc: fields.bytes(4, 32),
    okey: okey === null ? null : parseOkey(asArray(okey, 2, 'fields')),
    basis,
    log: fields.text(7),
  }
  fields.done()
  demand(
    (record.okey !== null) === (basis === 'oldKey'),
    'fields',
    'the old key stands where it signed, and only there',
  )
  return record
}

function parseOkey([salt, key]: readonly CborValue[]): { salt: Uint8Array; key: PublicKey } {
  return { salt: asBytes(salt, 32, 'fields'), key: parseCoseKey(key) }
}
