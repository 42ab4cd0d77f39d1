import {
  Fields,
  asArray,
  asBytes,
  asText,
  asUint,
  decodeCbor,
  demand,
  parseSign1,
  sign1,
  verifySign1,
  type CborValue,
  type PublicKey,
  type Signer,
  type VerifyEs256,
} from '../core/index.ts'

/** One file of a run. */
export interface ListedFile {
  readonly name: string
  readonly bytes: number
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array
}

/** What the exporting key says of one run of one list. */
export interface ListManifest {
  /** `blacklist`, `notifications_<operator>` or `exceptions_<operator>`. */
  readonly list: string
  /** Origin of the log. */
  readonly log: string
  /** Leaves the run rests on, and those of them whose locks count. */
  readonly treeSize: number
  readonly guardedSize: number
  /** Cosigned log time, Unix seconds. */
  readonly time: number
  /** The run before, which the changes lead from; null where there was none. */
  readonly base: { readonly treeSize: number; readonly full: ListedFile } | null
  /** The full list, then the change files. */
  readonly files: readonly ListedFile[]
  /** Why more than the brake lets through was right; null where it let it through. */
  readonly reason: string | null
}

const TYPE = 'application/stolen-run+cbor'
const MAX_FILES = 8
const MAX_NAME = 160
export const MAX_MANIFEST_BYTES = 8192
/** Characters of a reason. */
export const MAX_REASON = 200

/** COSE_Sign1 by the exporting key, as every document one party signs alone. */
export function signManifest(manifest: ListManifest, exporter: Signer): Uint8Array {
  const { list, log, treeSize, guardedSize, time, base, files, reason } = manifest
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, list],
    [3, log],
    [4, treeSize],
    [5, guardedSize],
    [6, time],
    [7, base && [base.treeSize, fileValue(base.full)]],
    [8, files.map((file) => fileValue(file))],
    [9, reason],
  ])
  return sign1(TYPE, payload, exporter)
}

const fileValue = ({ name, bytes, hash }: ListedFile): CborValue => [name, bytes, hash]

/** @throws {Refusal} malformed, not-canonical, too-large, alg, signature */
export function readManifest(
  bytes: Uint8Array,
  exporter: PublicKey,
  verify: VerifyEs256,
): ListManifest {
  demand(bytes.length <= MAX_MANIFEST_BYTES, 'too-large', 'longer than a manifest')
  const cose = parseSign1(bytes, TYPE)
  verifySign1(cose, exporter, verify)
  const fields = new Fields(decodeCbor(cose.payload, MAX_MANIFEST_BYTES))
  demand(fields.uint(1) === 1, 'malformed', 'expected manifest version 1')
  const manifest = {
    list: fields.text(2, 64),
    log: fields.text(3, 256),
    treeSize: fields.uint(4),
    guardedSize: fields.uint(5),
    time: fields.uint(6),
    base: baseOf(fields.take(7)),
    files: fields.array(8).map(fileOf),
    reason: fields.take(9) === null ? null : fields.text(9, 4 * MAX_REASON),
  }
  fields.done()
  const { length } = manifest.files
  demand(length >= 1 && length <= MAX_FILES, 'malformed', `1 to ${MAX_FILES} files`)
  return manifest
}

function baseOf(value: CborValue): ListManifest['base'] {
  if (value === null) return null
  const [treeSize, full] = asArray(value, 2)
  return { treeSize: asUint(treeSize), full: fileOf(full) }
}

function fileOf(value: CborValue | undefined): ListedFile {
  const [name, bytes, hash] = asArray(value, 3)
  const file = { name: asText(name, MAX_NAME), bytes: asUint(bytes), hash: asBytes(hash, 32) }
  // A name that leads out of the folder would have a stranger's file read.
  demand(/^[0-9A-Za-z][0-9A-Za-z_.-]*$/.test(file.name), 'malformed', 'expected the name of a file')
  return file
}
