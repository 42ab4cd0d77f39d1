import { createHmac, timingSafeEqual } from 'node:crypto'
import { demand } from '../../../core/index.ts'
import type { Context } from '../../context.ts'

/** A borrowed phone keeps nothing: what its history holds ends by itself. */
const GOOD_MS = 30 * 60_000
const LENGTH = 16
const FORM = /^[A-Za-z0-9_-]{48}$/

/**
 * What stands in the address of the pages after a report, in the place of a cookie: 16 bytes of the report's
 * id, 4 of the second it ends, 16 that only we can make. It shows the report and adds details to it, nothing else.
 */
export function reportTicket({ keys, surroundings }: Context, report: string): string {
  const said = Buffer.alloc(LENGTH + 4)
  said.write(report.replaceAll('-', ''), 'hex')
  said.writeUInt32BE(Math.floor((surroundings.clock() + GOOD_MS) / 1000), LENGTH)
  return Buffer.concat([said, sealOf(keys.secret, said)]).toString('base64url')
}

/** The id of the report. @throws {Refusal} not-found: never ours, or over */
export function reportOfTicket({ keys, surroundings }: Context, ticket: string): string {
  demand(FORM.test(ticket), 'not-found', 'no such page')
  const bytes = Buffer.from(ticket, 'base64url')
  const said = bytes.subarray(0, LENGTH + 4)
  const isOurs = timingSafeEqual(sealOf(keys.secret, said), bytes.subarray(LENGTH + 4))
  const isGood = said.readUInt32BE(LENGTH) * 1000 > surroundings.clock()
  demand(isOurs && isGood, 'not-found', 'this page is over')
  const hex = said.toString('hex', 0, LENGTH)
  return [0, 8, 12, 16, 20].map((at, i, all) => hex.slice(at, all[i + 1] ?? 32)).join('-')
}

const sealOf = (secret: Uint8Array, said: Uint8Array) =>
  createHmac('sha256', secret).update('report ticket').update(said).digest().subarray(0, LENGTH)
