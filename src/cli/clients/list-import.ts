import { demand, type Imei14, type Signer } from '../../core/index.ts'
import { BatchAnswer, BatchRowsAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { ListContent } from '../lists/read-list.ts'
import type { Progress } from '../progress.ts'
import { readDraft, sendEach, signDraft } from './drafts.ts'
import { PROPOSER, type OfficerDesk } from './officer.ts'
import { patiently } from './patience.ts'

export interface ListImport {
  readonly desk: OfficerDesk
  readonly officer: Signer
  readonly list: ListContent
  readonly why: 'theft' | 'robbery' | 'burglary' | 'lost'
  readonly prefix: string | null
  readonly shrinkReason: string | null
  readonly progress: (what: string, total: number) => Progress
}

type RowResult = z.infer<typeof BatchRowsAnswer>['rows'][number]

interface Aside {
  readonly line: number
  readonly reason: string
}

/** What an import came to. */
export interface ListImported {
  readonly batch: z.infer<typeof BatchAnswer>
  /** Rows by outcome. */
  readonly results: Readonly<Record<string, number>>
  /** Rows set aside, here or by the registry, by line. */
  readonly refused: readonly Aside[]
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
  const { id } = await patiently(() => desk.post('/v1/batches', opening(work), BatchAnswer))
  const rows = [
    ...list.rows.map(({ line, imei, claim }) => ({ row: line, imei, claim })),
    ...list.refused.map(({ line, reason }) => ({ row: line, setAside: reason })),
  ].toSorted((a, b) => a.row - b.row)
  const results: Record<string, number> = {}
  const refused: Aside[] = []
  const standing: number[] = []
  const bar = work.progress('rows', rows.length)
  try {
    for (let at = 0; at < rows.length; at += PAGE) {
      const page = rows.slice(at, at + PAGE)
      const answer = await patiently(() =>
        desk.post(`/v1/batches/${id}/rows`, { rows: page }, BatchRowsAnswer),
      )
      refused.push(...(await signAll(work, page, answer.rows)))
      for (const { row, result, code } of answer.rows) {
        results[result] = (results[result] ?? 0) + 1
        if (result === 'refused') refused.push({ line: row, reason: code ?? 'malformed' })
        if (result === 'standing') standing.push(row)
      }
      bar.advance(page.length)
    }
  } finally {
    bar.stop()
  }
  const batch = await patiently(() => desk.post(`/v1/batches/${id}/completion`, {}, BatchAnswer))
  return { batch, results, refused, standing }
}

function opening({ list, why, prefix, shrinkReason }: ListImport) {
  const { source, fileHash, kind } = list
  const [rows, setAside] = [list.rows.length, list.refused.length]
  return { source, fileHash, kind, rows, setAside, why, prefix, shrinkReason }
}

/**
 * Signs what is to be signed, after looking whether it is about the number of its row: nobody sees each
 * of a list's phones. @returns rows whose signature the registry refuses @throws {Refusal} fields
 */
async function signAll(
  { desk, officer }: ListImport,
  page: readonly { readonly row: number; readonly imei?: Imei14 }[],
  rows: readonly RowResult[],
): Promise<readonly Aside[]> {
  const imeis = new Map(page.map(({ row, imei }) => [row, imei]))
  const lines = new Map<string, number>()
  const signatures = rows.flatMap(({ row, draft }) => {
    if (!draft) return []
    lines.set(draft.id, row)
    const read = readDraft(draft, 'lock')
    const isMeant = read.ids.imeis.some((imei) => imei === imeis.get(row))
    demand(isMeant, 'fields', `the draft for line ${row} is about another number`)
    return [signDraft(read, PROPOSER, officer)]
  })
  if (signatures.length === 0) return []
  const results = await sendEach(desk.registryUrl, signatures)
  return results.flatMap(({ draft, code }) =>
    // The list waits for its second officer: as it should.
    code === undefined || code === 'import-mass-change'
      ? []
      : [{ line: lines.get(draft) ?? 0, reason: code }],
  )
}
