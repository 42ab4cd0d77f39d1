import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { Refusal } from '../../core/index.ts'

const MAX = 8_192
const base64url = z
  .string()
  .max(4_096)
  .regex(/^[A-Za-z0-9_-]+$/)

/** WebAuthn's answer as browsers write it (Level 3 §5.1.9.3); what else they add is left out. */
const Answer = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
})
const Shown = Answer.extend({
  response: z.object({
    authenticatorData: base64url,
    clientDataJSON: base64url,
    signature: base64url,
  }),
})

const Made = Answer.extend({
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url }),
})

/** The field `response` of a passkey form. @throws {Refusal} assertion: no such answer */
export function shownPasskey(text: string | undefined): AuthenticationResponseJSON {
  try {
    return Shown.parse(JSON.parse((text ?? '').slice(0, MAX)))
  } catch {
    throw new Refusal('assertion', 'expected the answer of a passkey')
  }
}

/** The same of a form that makes a passkey. @throws {Refusal} assertion: no such answer */
export function madePasskey(text: string | undefined): RegistrationResponseJSON {
  try {
    return Made.parse(JSON.parse((text ?? '').slice(0, MAX)))
  } catch {
    throw new Refusal('assertion', 'expected a new passkey')
  }
}
