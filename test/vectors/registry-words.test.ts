import { expect, it } from 'vitest'
import {
  authoritiesFrom,
  checkPairingToken,
  checkResetTicket,
  fromHex,
  readCertificate,
  readRoot,
  toHex,
  type Authorities,
  type WaitingAct,
} from '../../src/core/index.ts'
import { verify } from '../law.ts'
import { codeOf } from './outcome.ts'
import { ownVectors, readJson } from './own.ts'

/** The registry's leave to do what was waited for, and what the phone knows when it comes. */
interface Ticket {
  readonly ticket: string
  readonly knows: Knows & { readonly act: WaitingAct; readonly ctr: number }
}

/** The registry's word that a binding stands. */
interface Pairing {
  readonly token: string
  readonly knows: Knows & { readonly part: string; readonly treeSize: number }
  /** Hash of the binding. */
  readonly says?: string
}

interface Knows {
  readonly device: string
  readonly nonce: string
  readonly now: number
}

/** Whom the phone believes by the certificates that come with such a word. */
function authorities(): Authorities {
  const { root, certificates } = readJson<{ root: string; certificates: string[] }>('registry.json')
  const shown = certificates.map((hex) => readCertificate(fromHex(hex)))
  return authoritiesFrom(readRoot(fromHex(root), verify), shown, verify)
}

const known = ({ device, nonce }: Knows) => ({ dak: fromHex(device), nonce: fromHex(nonce) })

it.each(ownVectors<Ticket>('reset-ticket'))('reset-ticket/$name', ({ code, vector }) => {
  const { ticket, knows } = vector
  const expected = { ...knows, ...known(knows) }
  const judge = () => checkResetTicket(fromHex(ticket), authorities(), expected, verify)
  expect(codeOf(judge)).toBe(code ?? 'accepted')
})

it.each(ownVectors<Pairing>('pairing'))('pairing/$name', ({ code, vector }) => {
  const { token, knows } = vector
  const expected = { ...knows, ...known(knows), part: fromHex(knows.part) }
  let says: string | undefined
  const judge = () => {
    says = toHex(checkPairingToken(fromHex(token), authorities(), expected, verify).binding)
  }
  expect(codeOf(judge)).toBe(code ?? 'accepted')
  expect(says).toBe(vector.says)
})
