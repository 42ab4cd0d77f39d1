import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Fields,
  Refusal,
  asArray,
  asBytes,
  asText,
  coseKey,
  coseSign,
  decodeCbor,
  demand,
  encodeDocument,
  equal,
  fromHex,
  kidOf,
  parseCoseKey,
  parseDocument,
  thumbprint,
  toHex,
  verifySlot,
  type CborValue,
  type Signer,
  type VerifyEs256,
} from '../core/index.ts'
import { mkdirDurably, writeFileDurably } from '../host/index.ts'
import { CASES } from './cases.ts'
import { htmlReport } from './report/html.ts'
import { textReport } from './report/text.ts'
import { Result } from './result.ts'
import type { Run } from './runner.ts'
import { scrubbed } from './transcript.ts'

const TYPE = 'application/stolen-conformance+cbor'
const MANIFEST = 'manifest.cose'
const RESULT = 'result.json'
/** What a package holds beside its manifest. */
const FILES = [RESULT, 'report.txt', 'report.html', 'cases.json', 'transcript.ndjson'] as const
const MAX_FILE = 256 * 1024 * 1024
const MAX_MANIFEST = 16_384

/** A package whose files and signature hold. */
export interface VerifiedPackage {
  readonly result: Result
  /** SHA-256 thumbprint of the runner's key, hex. Whether that key is to be believed is another question. */
  readonly signer: string
}

/** Writes the result of a run and everything it rests on, signed by whoever ran it. */
export async function writePackage(
  folder: string,
  result: Result,
  run: Run,
  runner: Signer,
): Promise<void> {
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  const contents: Readonly<Record<(typeof FILES)[number], string>> = {
    'result.json': text(result),
    'report.txt': textReport(result),
    'report.html': htmlReport(result),
    'cases.json': text(CASES),
    'transcript.ndjson': scrubbed(run.transcript),
  }
  await mkdirDurably(folder, 0o755)
  for (const name of FILES)
    await writeFileDurably(join(folder, name), Buffer.from(contents[name]), 0o644)
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, result.suite],
    [3, fromHex(result.caseSet)],
    [4, coseKey(runner.key)],
    [5, FILES.map((name) => [name, sha256(Buffer.from(contents[name]))])],
  ])
  const manifest = encodeDocument(coseSign(TYPE, payload, [runner]))
  await writeFileDurably(join(folder, MANIFEST), manifest, 0o644)
}

/**
 * Reads a package and believes nothing of it that does not hold: every file named in the manifest and
 * no other, each with its hash, signed by the key it names.
 * @throws {Refusal} not-found; malformed, not-canonical, too-large; signature, signer-set; snapshot-hash: a file is another
 */
export async function readPackage(folder: string, verify: VerifyEs256): Promise<VerifiedPackage> {
  const manifest = parseDocument(await read(folder, MANIFEST, MAX_MANIFEST), TYPE)
  const fields = new Fields(decodeCbor(manifest.payload, MAX_MANIFEST))
  demand(fields.uint(1) === 1, 'malformed', 'expected a manifest of version 1')
  const suite = fields.text(2, 32)
  const caseSet = toHex(fields.bytes(3, 32))
  const key = parseCoseKey(fields.take(4))
  const files = fields.array(5).map((item) => {
    const [name, hash] = asArray(item, 2)
    return { name: asText(name, 64), hash: asBytes(hash, 32) }
  })
  fields.done()
  const [slot, ...others] = manifest.slots
  demand(slot !== undefined && others.length === 0, 'signer-set', 'one runner signs')
  demand(equal(slot.kid, kidOf(key)), 'signature', 'signed with another key than it names')
  verifySlot(manifest, slot, key, { verify })
  const named = files.map(({ name }) => name)
  const isComplete = named.length === FILES.length && FILES.every((name, i) => name === named[i])
  demand(isComplete, 'malformed', 'another list of files than a package has')
  const there = (await readdir(folder)).filter((name) => name !== MANIFEST)
  const strays = there.filter((name) => !named.includes(name))
  demand(strays.length === 0, 'malformed', 'a file that the manifest does not name')
  const bytes = new Map<string, Uint8Array>()
  for (const { name, hash } of files) {
    const content = await read(folder, name, MAX_FILE)
    demand(equal(sha256(content), hash), 'snapshot-hash', `${name} is not the file that was signed`)
    bytes.set(name, content)
  }
  const result = parseResult(bytes.get(RESULT)!)
  const isSame = result.suite === suite && result.caseSet === caseSet
  demand(isSame, 'malformed', 'the result is of another suite than the manifest')
  return { result, signer: toHex(thumbprint(key)) }
}

function parseResult(bytes: Uint8Array): Result {
  try {
    return Result.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    throw new Refusal('malformed', 'a result of another shape')
  }
}

async function read(folder: string, name: string, maxBytes: number): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, name)).catch(() => {
    throw new Refusal('not-found', `${name} cannot be read`)
  })
  demand(bytes.length <= maxBytes, 'too-large', `${name} is larger than any`)
  return new Uint8Array(bytes)
}

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())
