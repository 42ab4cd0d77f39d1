import type { Context } from '../../context.ts'
import { relyingPartyOf } from '../people/passkeys.ts'

/** The address people know a page by on which a code is used: of where the owner's passkey works. */
export function ownersPage(
  context: Context,
  path: '/account' | '/report' | '/take' | '/trusted/accept',
): string {
  const [origin = context.url] = relyingPartyOf(context, 'owner').origins
  return new URL(path, origin).href
}
