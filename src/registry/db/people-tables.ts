import type { Bytes, Int8 } from './column-types.ts'

export type AccountKind = 'owner' | 'officer'

interface AccountsTable {
  id: string
  kind: AccountKind
  /** What its person calls it; shown to nobody else. */
  name: string
  at_ms: Int8
}

/** WebAuthn credentials. The key of one may own devices, or stand in an officer's certificate. */
interface PasskeysTable {
  /** Credential id, base64url. */
  credential: string
  account_id: string
  /** COSE_Key. */
  key: Bytes
  thumbprint: Bytes
  /** Of signatures, as the authenticator counts; 0 where it does not. */
  counter: Int8
  label: string
  at_ms: Int8
}

/** Who is signed in. The token itself is kept nowhere. */
interface SessionsTable {
  /** SHA-256 of the token. */
  id: Bytes
  account_id: string
  at_ms: Int8
  seen_ms: Int8
  /** Of the passkey that opened it; null: none did. */
  credential: string | null
}

export interface PeopleSchema {
  accounts: AccountsTable
  passkeys: PasskeysTable
  sessions: SessionsTable
}
