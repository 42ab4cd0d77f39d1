import type { Signer } from '../../core/index.ts'
import { BatchAnswer, type BatchDraftsAnswer, type SignaturesAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { Progress } from '../progress.ts'
import { readDraft, sendEach, signDraft } from './drafts.ts'
import { APPROVER, FORCE, type OfficerDesk } from './officer.ts'
import { patiently } from './patience.ts'

export interface ListApproval {
  readonly desk: OfficerDesk
  readonly officer: Signer
  readonly force: Signer
  readonly batchId: string
  readonly reason: string | null
  readonly progress: (what: string, total: number) => Progress
}

export interface ListApproved {
  readonly batch: z.infer<typeof BatchAnswer>
  readonly locked: number
  readonly refused: readonly { readonly draft: string; readonly code: string }[]
  /** The cap that stopped it: the rest waits, and the same command goes on. Null: all was done. */
  readonly cap: {
    readonly waiting: number
    readonly detail: string
    /** Unix seconds. */
    readonly freesAtSeconds: number | null
  } | null
}

type Result = z.infer<typeof SignaturesAnswer>['results'][number]

/**
 * The second officer's work on a list: the whole first, then one signed order per case. Interrupted,
 * it goes on with what is left; at the force's cap it stops, and goes on when called again later.
 * @throws {Refusal} same-officer, import-incomplete, import-mass-change, import-shrinks
 */
export async function approveList(approval: ListApproval): Promise<ListApproved> {
  const { desk, batchId, reason } = approval
  const { cases } = await patiently(() =>
    desk.post(`/v1/batches/${batchId}/approval`, { reason }, BatchAnswer),
  )
  const bar = approval.progress('orders', cases['proposed'] ?? 0)
  const done: Result[] = []
  let capped: Result | undefined
  let cursor: string | null = null
  try {
    do {
      const page: z.infer<typeof BatchDraftsAnswer> = await patiently(() =>
        desk.batchDrafts(batchId, cursor),
      )
      const results = page.items.length > 0 ? await signPage(approval, page.items) : []
      done.push(...results.filter(({ code }) => code !== 'cap-exceeded'))
      capped = results.find(({ code }) => code === 'cap-exceeded')
      bar.advance(results.length)
      cursor = page.next
    } while (cursor !== null && !capped)
  } finally {
    bar.stop()
  }
  const batch = await patiently(() => desk.get(`/v1/batches/${batchId}`, BatchAnswer))
  const frees = capped?.facts?.['freesAtSeconds']
  return {
    batch,
    locked: done.filter(({ state }) => state === 'logged').length,
    refused: done.flatMap(({ draft, code }) => (code === undefined ? [] : [{ draft, code }])),
    cap: capped
      ? {
          waiting: batch.cases['proposed'] ?? 0,
          detail: capped.detail ?? '',
          freesAtSeconds: typeof frees === 'number' ? frees : null,
        }
      : null,
  }
}

function signPage(
  { desk, officer, force }: ListApproval,
  items: z.infer<typeof BatchDraftsAnswer>['items'],
): Promise<readonly Result[]> {
  const signatures = items.flatMap((item) => {
    const draft = readDraft(item, 'lock')
    return [signDraft(draft, APPROVER, officer), signDraft(draft, FORCE, force)]
  })
  return sendEach(desk.registryUrl, signatures)
}
