import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { drawNonce, useNonce } from '../nonces.ts'
import { signedIn } from './passkeys.ts'
import type { Session } from './sessions.ts'

/**
 * After a passkey of the account was shown once more: good once, for ten minutes, in this session. So that a
 * session left open gives nobody a way in for good. @throws {Refusal} assertion: another account's
 */
export async function permitPasskey(
  context: Context,
  session: Session,
  response: AuthenticationResponseJSON,
): Promise<string> {
  await demandOwnPasskey(context, session, response)
  const nonce = drawNonce(context)
  return Buffer.concat([nonce, markOf(context, session, nonce)]).toString('base64url')
}

/** @throws {Refusal} forbidden, token-nonce */
export async function usePermit(context: Context, session: Session, text: string): Promise<void> {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'))
  const nonce = bytes.slice(0, 32)
  const isPermit =
    bytes.length === 64 && timingSafeEqual(bytes.slice(32), markOf(context, session, nonce))
  demand(isPermit, 'forbidden', 'a passkey of the account comes first')
  await useNonce(context, nonce)
}

/** @throws {Refusal} assertion: not a passkey of this account */
export async function demandOwnPasskey(
  context: Context,
  { account }: Session,
  response: AuthenticationResponseJSON,
): Promise<void> {
  const shown = await signedIn(context, 'owner', response)
  demand(shown.account === account, 'assertion', 'this passkey is of another account')
}

const markOf = ({ keys }: Context, { id }: Session, nonce: Uint8Array) =>
  createHmac('sha256', keys.secret).update('new passkey').update(id).update(nonce).digest()
