import type { Signer } from '../../core/index.ts'
import { BatchAnswer, BatchRowsAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { StolenList } from '../lists/read-list.ts'
import type { Progress } from '../progress.ts'
import { readDraft, sendSignatures, signDraft } from './drafts.ts'
import { PROPOSER, type OfficerDesk } from './officer.ts'
import { patiently } from './patience.ts'

export interface ListImport {
  readonly desk: OfficerDesk
  readonly officer: Signer
  readonly list: StolenList
  readonly why: 'theft' | 'robbery' | 'burglary' | 'lost'
  readonly prefix: string | null
  readonly shrinkReason: string | null
  readonly progress: (what: string, total: number) => Progress
}

type RowResult = z.infer<typeof BatchRowsAnswer>['rows'][number]

/** What an import came to. */
export interface ListImported {
  readonly batch: z.infer<typeof BatchAnswer>
  /** Rows by outcome. */
  readonly results: Readonly<Record<string, number>>
  /** Rows the registry set aside, by line. */
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
  /** Lines whose phone is locked although the list says it was recovered: to be released by people. */
  readonly standing: readonly number[]
}

const PAGE = 500

/**
 * The importing officer's work on a list: every good row becomes a case, and every lock is signed
 * here. Interrupted and begun again, it goes on where it stopped; done again, it changes nothing.
 * @throws {Refusal} import-shrinks, forbidden, unavailable
 */
export async function importList(work: ListImport): Promise<ListImported> {
  const { desk, list } = work
  const batch = await desk.post(
    '/v1/batches',
    {
      source: list.source,
      fileHash: list.fileHash,
      kind: list.kind,
      rows: list.total,
      why: work.why,
      prefix: work.prefix,
      shrinkReason: work.shrinkReason,
    },
    BatchAnswer,
  )
  const bar = work.progress('rows', list.rows.length)
  const results: Record<string, number> = {}
  const refused: { line: number; reason: string }[] = []
  const standing: number[] = []
  for (let at = 0; at < list.rows.length; at += PAGE) {
    const page = list.rows.slice(at, at + PAGE)
    const rows = page.map(({ line, imei, claim }) => ({ row: line, imei, claim }))
    const answer = await patiently(() =>
      desk.post(`/v1/batches/${batch.id}/rows`, { rows }, BatchRowsAnswer),
    )
    await signAll(work, answer.rows)
    for (const { row, result, code } of answer.rows) {
      results[result] = (results[result] ?? 0) + 1
      if (result === 'refused') refused.push({ line: row, reason: code ?? 'malformed' })
      if (result === 'standing') standing.push(row)
    }
    bar.advance(page.length)
  }
  bar.stop()
  const after = await desk.get(`/v1/batches/${batch.id}`, BatchAnswer)
  return { batch: after, results, refused, standing }
}

async function signAll({ desk, officer }: ListImport, rows: readonly RowResult[]): Promise<void> {
  const signatures = rows.flatMap(({ draft }) =>
    draft ? [signDraft(readDraft(draft, 'lock'), PROPOSER, officer)] : [],
  )
  if (signatures.length > 0) await patiently(() => sendSignatures(desk.registryUrl, signatures))
}
