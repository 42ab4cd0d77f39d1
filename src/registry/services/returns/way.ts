import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import type { Way } from '../../db/return-tables.ts'
import { phoneOfAccount } from '../owners/accounts.ts'
import { openReturn } from './found-return.ts'
import { demandUnveiled } from './threats.ts'

export const MAX_ADDRESS = 400

/**
 * How the owner wants his phone back, until its label is printed. The address is kept for the force alone.
 * @throws {Refusal} not-found: another's phone; wrong-state: police do not have it, or the label is printed;
 * malformed, too-large
 */
export async function chooseWay(
  context: Context,
  account: string,
  said: { readonly device: Uint8Array; readonly way: Way; readonly address: string },
): Promise<void> {
  const { db, surroundings } = context
  const { subject } = await phoneOfAccount(context, account, said.device)
  await demandUnveiled(context, subject, 'police do not have it')
  const { found_index } = await openReturn(context, subject.id)
  const address = said.way === 'post' ? said.address.trim() : null
  demand(address !== '', 'malformed', 'expected an address')
  demand((address?.length ?? 0) <= MAX_ADDRESS, 'too-large', 'an address without end')
  demand(!address?.includes('\u0000'), 'malformed', 'text holds no NUL')
  const changed = await db
    .updateTable('returns')
    .set({ way: said.way, address, chosen_ms: surroundings.clock() })
    .where('found_index', '=', found_index)
    .where('printed_ms', 'is', null)
    .executeTakeFirst()
  demand(changed.numUpdatedRows === 1n, 'wrong-state', 'its label is printed')
}
