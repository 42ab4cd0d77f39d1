import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  contentTypeOf,
  encodeDocument,
  fromBase64,
  parseDocument,
  toBase64,
} from '../../src/core/index.ts'
import { es256FromPem, noteSignerFromPem } from '../../src/host/index.ts'
import type { Submission } from '../../src/registry/log/submission.ts'
import { ORIGIN, WITNESS, type BenchKeys, type BenchPems } from '../log-bench.ts'

/** What a process of its own needs to be the same log. */
interface BenchJson {
  readonly pem: BenchPems
  readonly root: string
  readonly certificates: readonly string[]
  readonly sub: string
  readonly port: number
  readonly guardianPort: number
}

export function keysToJson(keys: BenchKeys, pem: BenchPems): BenchJson {
  const { founding, port, guardianPort } = keys
  return {
    pem,
    root: toBase64(founding.root),
    certificates: founding.certificates.map((document) => toBase64(document)),
    sub: founding.intake.sub,
    port,
    guardianPort,
  }
}

export function readKeys(folder: string): BenchKeys {
  const json = JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8')) as BenchJson
  const { pem, sub, port, guardianPort } = json
  return {
    log: noteSignerFromPem(ORIGIN, 1, pem.log),
    witness: noteSignerFromPem(WITNESS, 4, pem.witness),
    founding: {
      root: fromBase64(json.root),
      certificates: json.certificates.map((document) => fromBase64(document)),
      intake: { sub, signer: es256FromPem(pem.intake) },
    },
    port,
    guardianPort,
  }
}

/** Orders as another process can submit them too. */
export function holdsToJson(holds: readonly Submission[]): string {
  return JSON.stringify(
    holds.map(({ body, order }) => ({
      document: toBase64(encodeDocument(body)),
      subjectId: order!.subjectId,
      opening: toBase64(order!.opening),
    })),
  )
}

export function readHolds(path: string): Submission[] {
  const saved = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly document: string
    readonly subjectId: string
    readonly opening: string
  }[]
  return saved.map(({ document, subjectId, opening }) => ({
    kind: 'order',
    body: parseDocument(fromBase64(document), contentTypeOf('order')),
    order: {
      subjectId,
      opening: fromBase64(opening),
      ownerSalt: null,
      caseId: null,
      draftId: null,
    },
  }))
}
