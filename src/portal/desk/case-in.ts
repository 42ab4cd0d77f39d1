import { demand } from '../../core/index.ts'
import type { PageContext } from '../session.ts'
import { UUID } from '../uuid.ts'

/** @throws {Refusal} case-needed: there is no looking at a phone but by its case */
export function caseIn(c: PageContext): string {
  const id = c.req.param('id')
  demand(id !== undefined && UUID.test(id), 'case-needed', 'nothing is looked at without a case')
  return id
}
