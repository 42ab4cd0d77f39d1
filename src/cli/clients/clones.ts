import { demand } from '../../core/index.ts'
import { CasePage, IdentityDraftAnswer, type CaseAnswer } from '../../wire/index.ts'
import type { z } from 'zod'
import type { OfficerDesk } from './officer.ts'

/** The cases that signs of clones opened, all pages of them. */
export async function cloneCases(desk: OfficerDesk): Promise<z.infer<typeof CasePage>['items']> {
  const items: z.infer<typeof CasePage>['items'] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page = await desk.get(`/v1/cases?why=clone&limit=200${query}`, CasePage)
    items.push(...page.items)
    cursor = page.next
  }
  return items
}

/**
 * Logs the conflict that a case proposes: its first number that there is a sign of and nothing said.
 * @throws {Refusal} not-found: there is none, or it is locked
 */
export async function declareProposed(
  desk: OfficerDesk,
  { clones }: Pick<z.infer<typeof CaseAnswer>, 'clones'>,
): Promise<z.infer<typeof IdentityDraftAnswer>> {
  const proposed = clones.find(({ conflict }) => conflict !== null)?.conflict
  demand(proposed != null, 'not-found', 'the case proposes no conflict')
  return desk.post('/v1/identities/conflicts', proposed, IdentityDraftAnswer)
}
