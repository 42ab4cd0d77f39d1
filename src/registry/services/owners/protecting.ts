import { USUAL_WAIT, type PartType } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Subject } from '../../model/subjects.ts'
import { chosenWait } from '../waits.ts'

/** What stands between a phone and whoever takes it. */
export interface Protecting {
  /** How long erasing it or switching protection off waits, ms. */
  readonly waitMs: number
  /** Registers of networks that say they refuse what is locked here. */
  readonly networks: number
  /** Its parts that no other phone accepts once it is locked. */
  readonly parts: readonly PartType[]
}

export async function protecting(
  context: Context,
  { ids: { dak, imeis } }: Subject,
): Promise<Protecting> {
  const { count } = await context.db
    .selectFrom('registers')
    .select((of) => of.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  const parts =
    dak === null
      ? []
      : await context.db.selectFrom('parts').select('type').where('host', '=', dak).execute()
  return {
    waitMs: chosenWait(context, imeis, 'reset') ?? USUAL_WAIT.reset,
    networks: Number(count),
    parts: parts.map(({ type }) => type as PartType),
  }
}
