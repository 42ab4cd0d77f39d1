import { isIPv4 } from 'node:net'
import { read24, read32 } from './avp-cursor.ts'
import {
  AVP,
  BASE,
  DEVICE_WATCHDOG,
  DISCONNECT_PEER,
  ERROR,
  IETF,
  PROXIABLE,
  REQUEST,
  RESULT,
  VENDOR_3GPP,
  isProtocolError,
} from './dictionary.ts'
import type { Identity } from './ecr.ts'
import {
  avp,
  encodeMessage,
  group,
  s13Application,
  text,
  unsigned32,
  type Header,
} from './encode.ts'

/** What we say of ourselves. */
export interface Node extends Identity {
  readonly productName: string
  /** Grows with every start, so that a peer notices one (RFC 6733 §8.16). */
  readonly originStateId: number
}

/** A request as it lies in a read. */
export interface Request {
  readonly bytes: Buffer
  readonly start: number
}

/** Both identifiers of a request of our own. */
type Ids = Pick<Header, 'hopByHop' | 'endToEnd'>

/** REBOOTING: come back later (RFC 6733 §5.4.3). */
const REBOOTING = 0

/** Messages of the Diameter base protocol (RFC 6733 §5). */
export class BaseMessages {
  readonly #node: Node
  readonly #origin: Buffer
  readonly #stateId: Buffer

  constructor(node: Node) {
    this.#node = node
    this.#origin = group(
      avp(AVP.originHost, text(node.originHost)),
      avp(AVP.originRealm, text(node.originRealm)),
    )
    this.#stateId = avp(AVP.originStateId, unsigned32(node.originStateId))
  }

  /** Capabilities-Exchange-Answer that accepts: we serve S13 and nothing else. */
  capabilities(request: Request, address: string): Buffer {
    return this.answer(request, RESULT.success, [
      avp(AVP.hostIpAddress, encodeAddress(address)),
      avp(AVP.vendorId, unsigned32(IETF)),
      avp(AVP.productName, text(this.#node.productName), 0),
      this.#stateId,
      avp(AVP.supportedVendorId, unsigned32(VENDOR_3GPP)),
      s13Application(),
    ])
  }

  watchdogAnswer(request: Request): Buffer {
    return this.answer(request, RESULT.success, [this.#stateId])
  }

  /** Result-Code, who we are, and what is given besides. */
  answer({ bytes, start }: Request, result: number, avps: readonly Buffer[] = []): Buffer {
    const flags = (bytes[start + 4]! & PROXIABLE) | (isProtocolError(result) ? ERROR : 0)
    const header = {
      flags,
      command: read24(bytes, start + 5),
      application: read32(bytes, start + 8),
      hopByHop: read32(bytes, start + 12),
      endToEnd: read32(bytes, start + 16),
    }
    return encodeMessage(header, [avp(AVP.resultCode, unsigned32(result)), this.#origin, ...avps])
  }

  watchdog(ids: Ids): Buffer {
    const header = { flags: REQUEST, command: DEVICE_WATCHDOG, application: BASE, ...ids }
    return encodeMessage(header, [this.#origin, this.#stateId])
  }

  disconnect(ids: Ids): Buffer {
    const header = { flags: REQUEST, command: DISCONNECT_PEER, application: BASE, ...ids }
    const cause = avp(AVP.disconnectCause, unsigned32(REBOOTING))
    return encodeMessage(header, [this.#origin, cause])
  }
}

/** Address of RFC 6733 §4.3.1: family, then the bytes. Text as Node gives it, mapped IPv4 as IPv4. */
export function encodeAddress(address: string): Buffer {
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, '')
  if (isIPv4(plain)) return Buffer.from([0, 1, ...plain.split('.').map(Number)])
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::')
  const left = words(head)
  const right = words(tail ?? '')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  return Buffer.from([
    0,
    2,
    ...[...left, ...zeros, ...right].flatMap((word) => [word >> 8, word & 255]),
  ])
}

function words(text: string): number[] {
  return text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16))
}
