import { demand } from '../../core/index.ts'
import {
  isSessionOpen,
  officerOf,
  type Context,
  type Officer,
  type Session,
} from '../../registry/index.ts'
import { signOut, type PageContext } from '../session.ts'

/** Who sits at the desk. */
export interface Seat {
  readonly session: Session
  readonly officer: Officer
}

/** Null: nobody, or somebody whose certificate has just ended, who is out with that. */
export async function seatOf(c: PageContext, context: Context): Promise<Seat | null> {
  const session = c.get('session')
  if (session?.kind !== 'officer') return null
  const officer = await officerOf(context, session)
  if (officer !== null) return { session, officer }
  await signOut(c, context)
  c.set('hasEnded', true)
  return null
}

/** @throws {Refusal} unauthenticated */
export async function demandSeat(c: PageContext, context: Context): Promise<Seat> {
  const seat = await seatOf(c, context)
  demand(seat !== null, 'unauthenticated', 'sign in first')
  return seat
}

/** Whether whoever sat there when a page was opened sits there still. */
export const isStillSeated = async (context: Context, { session }: Seat): Promise<boolean> =>
  (await isSessionOpen(context, session)) && (await officerOf(context, session)) !== null
