import { randomUUID } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Caller } from './caller.ts'

/** Every look at a case and every act on it leaves a row: who, what, which case. */
export async function audit(
  { db, surroundings }: Pick<Context, 'db' | 'surroundings'>,
  caller: Pick<Caller, 'sub'> & Partial<Pick<Caller, 'iss'>>,
  action: string,
  about: { readonly caseId?: string; readonly subjectId?: string; readonly requestId?: string },
): Promise<void> {
  await db
    .insertInto('audit')
    .values({
      id: randomUUID(),
      at_ms: surroundings.clock(),
      who: caller.sub,
      force: caller.iss ?? null,
      action,
      case_id: about.caseId ?? null,
      subject_id: about.subjectId ?? null,
      request_id: about.requestId ?? null,
    })
    .execute()
}
