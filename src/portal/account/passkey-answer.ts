import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { Refusal } from '../../core/index.ts'

const MAX = 8_192
const base64url = z
  .string()
  .max(4_096)
  .regex(/^[A-Za-z0-9_-]+$/)

/** WebAuthn's answer as browsers write it (Level 3 §5.1.9.3); what else they add is left out. */
const Shown = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
  response: z.object({
    authenticatorData: base64url,
    clientDataJSON: base64url,
    signature: base64url,
  }),
})

/** The field `response` of a passkey form. @throws {Refusal} assertion: no such answer */
export function shownPasskey(text: string | undefined): AuthenticationResponseJSON {
  try {
    return Shown.parse(JSON.parse((text ?? '').slice(0, MAX)))
  } catch {
    throw new Refusal('assertion', 'expected the answer of a passkey')
  }
}
