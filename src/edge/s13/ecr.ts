import type { Imei14 } from '../../core/index.ts'
import { AvpCursor } from './avp-cursor.ts'
import { AVP, AVP_3GPP, ERROR, HEADER, IETF, RESULT, VENDOR_3GPP } from './dictionary.ts'
import { avp, avp3gpp } from './encode.ts'
import {
  MISSING_IMEI,
  MISSING_TERMINAL_INFORMATION,
  avpFault,
  inTerminalInformation,
  lengthFault,
  plainFault,
  unknownFault,
  valueFault,
  type Fault,
} from './fault.ts'

/** Whom a request is for: our own DiameterIdentity and realm. */
export interface Identity {
  readonly originHost: string
  readonly originRealm: string
}

/** Where an AVP's data stands in the message; at 0 it is absent. */
class Span {
  at = 0
  end = 0
}

/**
 * Reads ME-Identity-Check-Requests (TS 29.272 §7.2.19) in place, one after the other. Only what a
 * verdict needs is demanded: an error may admit a stolen phone.
 */
export class EcrReader {
  /** The message stands in `bytes` from `start` on. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  imei14 = '' as Imei14
  svn: string | null = null
  imsi: string | null = null
  readonly session = new Span()
  /** From, to, from, to: every Proxy-Info with its padding. */
  readonly proxies: number[] = []

  readonly #user = new Span()
  readonly #realm = new Span()
  readonly #host = new Span()
  readonly #terminal = new Span()
  readonly #imei = new Span()
  readonly #svn = new Span()
  readonly #spans = [
    this.session,
    this.#user,
    this.#realm,
    this.#host,
    this.#terminal,
    this.#imei,
    this.#svn,
  ]

  readonly #avps = new AvpCursor()
  readonly #inner = new AvpCursor()
  readonly #ourHost: Buffer
  readonly #ourRealm: Buffer
  #fault: Fault | null = null

  constructor({ originHost, originRealm }: Identity) {
    this.#ourHost = Buffer.from(originHost.toLowerCase())
    this.#ourRealm = Buffer.from(originRealm.toLowerCase())
  }

  /** @returns what is wrong with the message that stands in [start, end), or null */
  read(bytes: Buffer, start: number, end: number): Fault | null {
    this.bytes = bytes
    this.start = start
    for (const span of this.#spans) span.at = 0
    this.proxies.length = 0
    this.#fault = null
    const avps = this.#avps
    avps.open(start + HEADER, end)
    while (avps.next(bytes)) this.readAvp(bytes)
    if (avps.isBroken) this.#fault ??= lengthFault(avps)
    if ((bytes[start + 4]! & ERROR) !== 0) return plainFault(RESULT.invalidHeaderBits)
    return this.destinationFault(bytes) ?? this.#fault ?? this.readValues(bytes)
  }

  private readAvp(bytes: Buffer): void {
    const { vendor, code } = this.#avps
    if (vendor === IETF)
      switch (code) {
        case AVP.sessionId:
          return this.take(this.session, bytes)
        case AVP.userName:
          return this.take(this.#user, bytes)
        case AVP.destinationRealm:
          return this.take(this.#realm, bytes)
        case AVP.destinationHost:
          return this.take(this.#host, bytes)
        case AVP.proxyInfo: {
          const { at, end } = this.#avps
          this.proxies.push(at, end + ((at - end) & 3))
          return
        }
      }
    else if (vendor === VENDOR_3GPP && code === AVP_3GPP.terminalInformation) {
      this.take(this.#terminal, bytes)
      return this.readTerminal(bytes)
    }
    this.#fault ??= unknownFault(bytes, this.#avps)
  }

  /** Of what an answer depends on there is one: of two, the wrong one could be judged. */
  private take(span: Span, bytes: Buffer): void {
    if (span.at !== 0) this.#fault ??= avpFault(RESULT.avpOccursTooManyTimes, bytes, this.#avps)
    else set(span, this.#avps)
  }

  private readTerminal(bytes: Buffer): void {
    const inner = this.#inner
    inner.open(this.#avps.dataAt, this.#avps.end)
    while (inner.next(bytes)) {
      const is3gpp = inner.vendor === VENDOR_3GPP
      if (is3gpp && inner.code === AVP_3GPP.imei) {
        if (this.#imei.at === 0) set(this.#imei, inner)
        else
          this.#fault ??= avpFault(
            RESULT.avpOccursTooManyTimes,
            bytes,
            inner,
            inTerminalInformation,
          )
      } else if (is3gpp && inner.code === AVP_3GPP.softwareVersion) set(this.#svn, inner)
      else this.#fault ??= unknownFault(bytes, inner, inTerminalInformation)
    }
    if (inner.isBroken) this.#fault ??= lengthFault(inner, inTerminalInformation)
  }

  private destinationFault(bytes: Buffer): Fault | null {
    if (!isOurs(bytes, this.#realm, this.#ourRealm)) return plainFault(RESULT.realmNotServed)
    if (!isOurs(bytes, this.#host, this.#ourHost)) return plainFault(RESULT.unableToDeliver)
    return null
  }

  private readValues(bytes: Buffer): Fault | null {
    if (this.#terminal.at === 0) return MISSING_TERMINAL_INFORMATION
    const { at, end } = this.#imei
    if (at === 0) return MISSING_IMEI
    const length = end - at
    if (length < 14 || length > 16 || !areDigits(bytes, at, end))
      return valueFault(inTerminalInformation(avp3gpp(AVP_3GPP.imei, bytes.subarray(at, end))))
    this.imei14 = bytes.toString('latin1', at, at + 14) as Imei14
    this.svn = this.readSvn(bytes)
    return this.readImsi(bytes)
  }

  /** A bad Software-Version is no error: no verdict depends on it. */
  private readSvn(bytes: Buffer): string | null {
    const { at, end } = this.#svn
    if (at !== 0)
      return end - at === 2 && areDigits(bytes, at, end) ? bytes.toString('latin1', at, end) : null
    const imei = this.#imei
    return imei.end - imei.at === 16 ? bytes.toString('latin1', imei.at + 14, imei.end) : null
  }

  /** User-Name is optional; where it stands it is an IMSI (TS 29.272 §7.2.19). */
  private readImsi(bytes: Buffer): Fault | null {
    const { at, end } = this.#user
    this.imsi = null
    if (at === 0) return null
    // Five digits cannot hold MCC, MNC and a subscriber.
    if (end - at < 6 || end - at > 15 || !areDigits(bytes, at, end))
      return valueFault(avp(AVP.userName, bytes.subarray(at, end)))
    this.imsi = bytes.toString('latin1', at, end)
    return null
  }
}

function set(span: Span, { dataAt, end }: AvpCursor): void {
  span.at = dataAt
  span.end = end
}

function areDigits(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

/** A name is compared without case; one that is absent names nobody else. */
function isOurs(bytes: Uint8Array, { at, end }: Span, ours: Uint8Array): boolean {
  if (at === 0) return true
  if (end - at !== ours.length) return false
  for (let i = 0; i < ours.length; i++) {
    const byte = bytes[at + i]!
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
    if (lower !== ours[i]!) return false
  }
  return true
}
