import type { Signer } from '../../core/index.ts'
import { BatchAnswer, type BatchDraftsAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { Progress } from '../progress.ts'
import { readDraft, sendSignatures, signDraft } from './drafts.ts'
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
}

/**
 * The second officer's work on a list: the whole first, then one signed order per case. Interrupted,
 * it goes on with what is left. @throws {Refusal} same-officer, import-mass-change
 */
export async function approveList(approval: ListApproval): Promise<ListApproved> {
  const { desk, batchId, reason } = approval
  const batch = await desk.post(`/v1/batches/${batchId}/approval`, { reason }, BatchAnswer)
  const bar = approval.progress('orders', batch.cases['proposed'] ?? 0)
  const refused: { draft: string; code: string }[] = []
  let locked = 0
  let cursor: string | null = null
  do {
    const page: z.infer<typeof BatchDraftsAnswer> = await desk.batchDrafts(batchId, cursor)
    if (page.items.length > 0) {
      const results = await signPage(approval, page.items)
      locked += results.filter(({ state }) => state === 'logged').length
      for (const { draft, code } of results) if (code !== undefined) refused.push({ draft, code })
      bar.advance(page.items.length)
    }
    cursor = page.next
  } while (cursor !== null)
  bar.stop()
  return { batch: await desk.get(`/v1/batches/${batchId}`, BatchAnswer), locked, refused }
}

async function signPage(
  { desk, officer, force }: ListApproval,
  items: z.infer<typeof BatchDraftsAnswer>['items'],
) {
  const signatures = items.flatMap((item) => {
    const draft = readDraft(item, 'lock')
    return [signDraft(draft, APPROVER, officer), signDraft(draft, FORCE, force)]
  })
  return patiently(() => sendSignatures(desk.registryUrl, signatures))
}
