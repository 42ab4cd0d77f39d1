import {
  AVP,
  AVP_3GPP,
  EQUIPMENT_UNKNOWN,
  ERROR,
  HEADER,
  MANDATORY,
  PROXIABLE,
  RESULT,
  VENDOR_3GPP,
  VERSION,
  isProtocolError,
} from './dictionary.ts'
import type { Status } from '../verdict.ts'
import type { EcrReader, Identity } from './ecr.ts'
import { avp, avp3gpp, group, padded, s13Application, text, unsigned32 } from './encode.ts'
import type { Fault } from './fault.ts'
import type { Replies } from './replies.ts'

/** Equipment-Status, TS 29.272 §7.3.51. */
const EQUIPMENT_STATUS: Readonly<Record<Status, number>> = {
  WHITELISTED: 0,
  BLACKLISTED: 1,
  GREYLISTED: 2,
}

const NO_STATE_MAINTAINED = 1

/** Writes ME-Identity-Check-Answers (TS 29.272 §7.2.20); everything that is always the same is copied. */
export class EcaWriter {
  readonly #origin: Buffer
  readonly #verdicts: Readonly<Record<Status, Buffer>>
  readonly #unknown: Buffer
  readonly #results = new Map<number, Buffer>()

  constructor({ originHost, originRealm }: Identity) {
    this.#origin = group(
      avp(AVP.originHost, text(originHost)),
      avp(AVP.originRealm, text(originRealm)),
    )
    const verdict = (status: Status) =>
      group(
        this.result(RESULT.success),
        avp3gpp(AVP_3GPP.equipmentStatus, unsigned32(EQUIPMENT_STATUS[status])),
      )
    this.#verdicts = {
      WHITELISTED: verdict('WHITELISTED'),
      GREYLISTED: verdict('GREYLISTED'),
      BLACKLISTED: verdict('BLACKLISTED'),
    }
    this.#unknown = this.body(
      avp(
        AVP.experimentalResult,
        group(
          avp(AVP.vendorId, unsigned32(VENDOR_3GPP)),
          avp(AVP.experimentalResultCode, unsigned32(EQUIPMENT_UNKNOWN)),
        ),
      ),
    )
  }

  /** @param status null: not known; then neither Result-Code nor Equipment-Status is there */
  writeVerdict(replies: Replies, ecr: EcrReader, status: Status | null): void {
    this.write(replies, ecr, status === null ? this.#unknown : this.#verdicts[status])
  }

  writeFault(replies: Replies, ecr: EcrReader, { result, failed }: Fault): void {
    let body = this.#results.get(result)
    if (!body) this.#results.set(result, (body = this.result(result)))
    this.write(replies, ecr, failed ? group(body, failed) : body, isProtocolError(result))
  }

  /** Session-Id, what is ours, Proxy-Info: in the order of the ABNF. */
  private write(replies: Replies, ecr: EcrReader, body: Uint8Array, isError = false): void {
    const { bytes: from, start, session, proxies } = ecr
    const sessionLength = session.at === 0 ? 0 : session.end - session.at + 8
    let length = HEADER + padded(sessionLength) + body.length
    for (let i = 0; i < proxies.length; i += 2) length += proxies[i + 1]! - proxies[i]!

    let at = replies.claim(length)
    const to = replies.bytes
    write32(to, at, length)
    to[at] = VERSION
    copy(to, at + 4, from, start + 4, start + HEADER)
    to[at + 4] = (from[start + 4]! & PROXIABLE) | (isError ? ERROR : 0)
    at += HEADER
    if (sessionLength > 0) {
      write32(to, at, AVP.sessionId)
      write32(to, at + 4, sessionLength)
      to[at + 4] = MANDATORY
      copy(to, at + 8, from, session.at, session.end)
      const end = at + sessionLength
      at += padded(sessionLength)
      to.fill(0, end, at)
    }
    to.set(body, at)
    at += body.length
    for (let i = 0; i < proxies.length; i += 2) {
      copy(to, at, from, proxies[i]!, proxies[i + 1]!)
      at += proxies[i + 1]! - proxies[i]!
    }
  }

  private result(result: number): Buffer {
    const code = avp(AVP.resultCode, unsigned32(result))
    return isProtocolError(result) ? group(code, this.#origin) : this.body(code)
  }

  private body(result: Buffer): Buffer {
    const state = avp(AVP.authSessionState, unsigned32(NO_STATE_MAINTAINED))
    return group(s13Application(), result, state, this.#origin)
  }
}

function write32(to: Uint8Array, at: number, value: number): void {
  to[at] = value >>> 24
  to[at + 1] = value >>> 16
  to[at + 2] = value >>> 8
  to[at + 3] = value
}

/** For a few dozen bytes a loop beats a call into the runtime. */
function copy(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) to[at + i - start] = from[i]!
}
