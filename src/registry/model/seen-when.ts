import { demand } from '../../core/index.ts'
import type { Context } from '../context.ts'

const MAX_AGE_SECONDS = 30 * 86_400
const MAX_AHEAD_SECONDS = 300

/** What an operator saw was seen lately. @param at Unix seconds. @throws {Refusal} sighting-replayed */
export function demandOfOurTime({ surroundings }: Context, at: number): void {
  const age = Math.floor(surroundings.clock() / 1000) - at
  const isOurs = age <= MAX_AGE_SECONDS && age >= -MAX_AHEAD_SECONDS
  demand(isOurs, 'sighting-replayed', 'seen too long ago, or in the future')
}
