import type { Imei14 } from '../../core/index.ts'
import type { Context } from '../context.ts'
import { noteSignal, type CloneWhy } from './clone-signals.ts'

/** What a hardware key has attested, and does not fit. */
export interface Misfit {
  /** Thumbprint of the key that said so, after its signature and its maker's were verified. */
  readonly device: Uint8Array
  readonly why: Exclude<CloneWhy, 'subscribers' | 'travel'>
  /** The numbers it is about; none is nothing to tell. */
  readonly imeis: readonly Imei14[]
  /** Where the phone says it is, if it does. */
  readonly country?: string
}

/** A phone whose key is vouched for says of its numbers what cannot be: a signal about each. */
export async function noteMisfit(
  context: Context,
  { device, why, imeis, country }: Misfit,
): Promise<void> {
  const at = context.surroundings.clock()
  const places = country === undefined ? [] : [{ country, network: null, operator: null, at }]
  for (const imei14 of imeis)
    await noteSignal(context, { imei14, why, reporter: { device }, at, places })
}
