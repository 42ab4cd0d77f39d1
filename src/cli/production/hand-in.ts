import {
  Refusal,
  concat,
  coseSign,
  encodeDocument,
  parseTac,
  statementPayload,
  toBase64,
  u64,
  type Signer,
} from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { wholeTree, type WholeTree } from '../../log/index.ts'
import {
  MadeBatchAnswer,
  MadeConflictsAnswer,
  MadeModelsAnswer,
  MadeRowsAnswer,
} from '../../wire/index.ts'
import type { z } from 'zod'
import { patiently } from '../clients/patience.ts'
import type { OfficerDesk } from '../clients/officer.ts'
import type { Progress } from '../progress.ts'
import { goodRows, survey, type Survey } from './survey.ts'

export interface HandIn {
  readonly desk: OfficerDesk
  readonly maker: Signer
  /** NDJSON, one phone a line. */
  readonly file: string
  readonly model: string
  readonly needsSale: boolean
  readonly progress: (what: string, total: number) => Progress
}

export interface HandedIn {
  readonly batch: z.infer<typeof MadeBatchAnswer>
  readonly read: Survey
  readonly tree: WholeTree
  /** Lines whose number or key another phone has, by line. */
  readonly conflicts: readonly number[]
}

const PAGE = 2_000

/**
 * A maker's production run: looked through, signed for as a whole, handed in and enrolled. Interrupted and
 * begun again it goes on where it stopped; done again it changes nothing. Bad lines stop no good ones.
 * @throws {Refusal} forbidden; malformed: no good line; attestation-needed: the file was changed meanwhile
 */
export async function handIn(work: HandIn): Promise<HandedIn> {
  const { desk, file } = work
  const { tacs } = await patiently(() => desk.get('/v1/made-models', MadeModelsAnswer))
  const read = await survey(file, tacs.map(parseTac))
  if (read.leaves.length === 0) throw new Refusal('malformed', 'no line of the file is good')
  const tree = wholeTree(read.leaves, sha256Fast)
  const opening = openingOf(work, read, tree.root)
  const batch = await patiently(() => desk.post('/v1/made-batches', opening, MadeBatchAnswer))
  const done = batch.enrolled === null ? await handOver(work, read, batch) : batch
  const path = `/v1/made-batches/${done.id}/conflicts`
  const { rows } = await patiently(() => desk.get(path, MadeConflictsAnswer))
  return { batch: done, read, tree, conflicts: rows.map((row) => read.lines[row]!) }
}

/** Its id follows from its phones: the same phones are the same run, whenever they are handed in. */
function openingOf({ desk, maker, model, needsSale }: HandIn, read: Survey, root: Uint8Array) {
  const count = read.leaves.length
  const payload = statementPayload({
    id: sha256Fast(concat(root, u64(count))).slice(0, 16),
    tacs: read.tacs,
    count,
    root,
    madeAt: desk.nowSeconds(),
  })
  const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, [maker]))
  return { statement: toBase64(statement), model, needsSale }
}

async function handOver(
  { desk, progress }: HandIn,
  read: Survey,
  begun: z.infer<typeof MadeBatchAnswer>,
): Promise<z.infer<typeof MadeBatchAnswer>> {
  const base = `/v1/made-batches/${begun.id}`
  const bar = progress('phones', 3 * begun.count)
  try {
    bar.advance(begun.received + begun.claimed + begun.filled)
    for await (const { from, rows } of goodRows(read, { from: begun.received, page: PAGE })) {
      const body = {
        from,
        rows: rows.map(({ record, key }) => ({ record: toBase64(record), key: toBase64(key) })),
      }
      await patiently(() => desk.post(`${base}/rows`, body, MadeRowsAnswer))
      bar.advance(rows.length)
    }
    for (let batch = begun; ;) {
      const next = await patiently(() => desk.post(`${base}/steps`, {}, MadeBatchAnswer))
      bar.advance(next.claimed + next.filled - batch.claimed - batch.filled)
      if (next.enrolled !== null) return next
      batch = next
    }
  } finally {
    bar.stop()
  }
}
