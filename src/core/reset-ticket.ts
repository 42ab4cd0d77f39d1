import { equal } from './bytes.ts'
import { Fields, decodeCbor, type CborValue } from './cbor.ts'
import type { Authorities } from './chain.ts'
import type { Signer, VerifyEs256 } from './crypto.ts'
import { parseWaitingAct } from './owner-request.ts'
import { demand } from './refusal.ts'
import { parseSign1, sign1, verifySign1 } from './sign1.ts'
import type { WaitingAct } from './waiting-act.ts'

/** The registry's word that two factors and the wait are behind an act the phone does itself. */
export interface ResetTicket {
  readonly act: WaitingAct
  /** Thumbprint of the dak. */
  readonly dak: Uint8Array
  /** Of the phone's own request. */
  readonly nonce: Uint8Array
  /** The phone's counter: with another order behind it, the ticket is for another day. */
  readonly ctr: number
  /** Unix seconds, at most ten minutes ahead. */
  readonly exp: number
}

const TYPE = 'application/stolen-reset+cbor'
/** How long a ticket is good, in seconds. */
export const TICKET_SECONDS = 600

export function signResetTicket(ticket: ResetTicket, signer: Signer): Uint8Array {
  const payload = new Map<number, CborValue>([
    [1, 1],
    [2, ticket.act],
    [3, ticket.dak],
    [4, ticket.nonce],
    [5, ticket.ctr],
    [6, ticket.exp],
  ])
  return sign1(TYPE, payload, signer)
}

/**
 * Checks a ticket as the phone must. `now` is its lower bound of the time in Unix seconds, from
 * cosigners only: a wrong clock makes no ticket good.
 * @throws {Refusal} malformed, not-canonical, alg, signer-set, chain, cert-time, signature,
 * token-wrong-device, token-nonce, token-expired, replay, reset-refused: it is for another act
 */
export function checkResetTicket(
  bytes: Uint8Array,
  authorities: Authorities,
  expected: Omit<ResetTicket, 'exp'> & { readonly now: number },
  verify: VerifyEs256,
): ResetTicket {
  const cose = parseSign1(bytes, TYPE)
  const ticket = parsePayload(cose.payload)
  const { cert } = authorities.signer(cose.kid, ticket.exp * 1000, 0)
  demand(cert.role === 'registry', 'signer-set', `${cert.role} signs no reset tickets`)
  verifySign1(cose, cert.key, verify)
  demand(equal(ticket.dak, expected.dak), 'token-wrong-device', 'the ticket is for another phone')
  demand(equal(ticket.nonce, expected.nonce), 'token-nonce', 'the ticket answers another question')
  demand(ticket.act === expected.act, 'reset-refused', `the ticket allows ${ticket.act} only`)
  demand(ticket.exp >= expected.now, 'token-expired', 'the ticket has expired')
  demand(ticket.ctr === expected.ctr, 'replay', 'an order has come since')
  return ticket
}

function parsePayload(bytes: Uint8Array): ResetTicket {
  const fields = new Fields(decodeCbor(bytes, 512))
  demand(fields.uint(1) === 1, 'malformed', 'expected ticket version 1')
  const ticket = {
    act: parseWaitingAct(fields.take(2)),
    dak: fields.bytes(3, 32),
    nonce: fields.bytes(4, 32),
    ctr: fields.uint(5),
    exp: fields.uint(6),
  }
  fields.done()
  return ticket
}
