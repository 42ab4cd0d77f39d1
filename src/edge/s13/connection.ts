import type { Socket } from 'node:net'
import type { Logger } from '../../host/index.ts'
import type { Judge } from '../checks.ts'
import type { PeerCounters } from '../counters.ts'
import { admit, type Door, type Exchange, type Refused } from './admission.ts'
import { read24, read32 } from './avp-cursor.ts'
import type { BaseCounts } from './base-counts.ts'
import type { BaseMessages } from './base-messages.ts'
import {
  BASE,
  CAPABILITIES_EXCHANGE,
  DEVICE_WATCHDOG,
  DISCONNECT_PEER,
  ERROR,
  ME_IDENTITY_CHECK,
  REQUEST,
  RESULT,
  S13,
} from './dictionary.ts'
import type { EcaWriter } from './eca.ts'
import type { EcrReader } from './ecr.ts'
import { plainFault } from './fault.ts'
import type { Unframed } from './framing.ts'
import { PeerChecks } from './peer-checks.ts'
import type { ListedPeer } from './peers.ts'
import { Transport } from './transport.ts'
import { Watchdog, type Alarm, type SetAlarm } from './watchdog.ts'

/** What all connections of one interface share. */
export interface Service extends Door {
  /** The one connection of each peer that is connected. */
  readonly open: Map<ListedPeer, Connection>
  readonly messages: BaseMessages
  readonly ecr: EcrReader
  readonly eca: EcaWriter
  readonly judge: Judge
  readonly counters: PeerCounters
  readonly base: BaseCounts
  readonly watchdogMs: number
  readonly setAlarm: SetAlarm
  /** For hop-by-hop and end-to-end identifiers. */
  readonly nextId: () => number
  readonly logger: Logger
}

const CAPABILITIES_WITHIN_MS = 10_000
/** How long a peer that dials again waits for us to learn whether its old connection lives. */
const PROBE_MS = 5_000
const DISCONNECT_WITHIN_MS = 5_000

/**
 * One transport connection, from the side of whoever listens (RFC 6733 §5.6): `waiting` for a
 * capabilities exchange; `probing` the peer's older connection; `open`; `closing` once either side has
 * said goodbye, and still answering; `ended`.
 */
export class Connection {
  readonly #socket: Socket
  readonly #service: Service
  readonly #transport: Transport
  readonly #onAdmitted: () => void
  #state: 'waiting' | 'probing' | 'open' | 'closing' | 'ended' = 'waiting'
  #peer: ListedPeer | null = null
  #checks: PeerChecks | null = null
  #watchdog: Watchdog | null = null
  #deadline: Alarm
  /** Hop-by-hop identifier of our newest DWR. */
  #askedId = -1
  #onProbed: ((isAlive: boolean) => void) | null = null

  /** @param onAdmitted a listed peer has taken this connection */
  constructor(socket: Socket, service: Service, onAdmitted: () => void) {
    const { setAlarm } = service
    this.#socket = socket
    this.#service = service
    this.#onAdmitted = onAdmitted
    this.#deadline = setAlarm(CAPABILITIES_WITHIN_MS, () => this.cut('no capabilities exchange'))
    this.#transport = new Transport({
      socket,
      setAlarm,
      onMessage: (bytes, start, end) => this.take({ bytes, start, end }),
      onUnframed: (unframed) => this.unframed(unframed),
      onMistake: (error) => {
        service.base.count('cut')
        service.logger.error({ err: error }, 's13 connection failed')
      },
      onHeard: () => this.#watchdog?.heard(),
      onClosed: () => {
        this.#state = 'ended'
        this.leave()
      },
    })
  }

  /** Says goodbye (DPR) and goes. @returns once the connection is closed */
  close(): Promise<void> {
    if (this.#state === 'open') {
      const { messages, nextId, base } = this.#service
      base.count('disconnects_sent')
      this.part()
      this.#transport.send(messages.disconnect({ hopByHop: nextId(), endToEnd: nextId() }))
    } else if (this.#state !== 'closing') this.end()
    return this.#transport.closed
  }

  /** Learns whether this connection still lives. False: somebody is learning it already. */
  probe(onProbed: (isAlive: boolean) => void): boolean {
    if (this.#onProbed) return false
    const late = this.#service.setAlarm(PROBE_MS, () => this.#onProbed?.(false))
    this.#onProbed = (isAlive) => {
      this.#onProbed = null
      late.stop()
      onProbed(isAlive)
    }
    this.sendWatchdog()
    return true
  }

  private take(message: Exchange): boolean {
    const { bytes, start, end } = message
    const isRequest = (bytes[start + 4]! & REQUEST) !== 0
    const command = read24(bytes, start + 5)
    const application = read32(bytes, start + 8)
    if (this.#checks && isRequest && command === ME_IDENTITY_CHECK && application === S13)
      this.#checks.answer(this.#transport.replies, bytes, start, end)
    else if (!isRequest) this.takeAnswer(command, read32(bytes, start + 12))
    else this.takeRequest(message, application === BASE ? command : 0)
    return this.#state !== 'ended'
  }

  /** @param command of the base, or 0 */
  private takeRequest(message: Exchange, command: number): void {
    const { messages, base } = this.#service
    const isError = (message.bytes[message.start + 4]! & ERROR) !== 0
    if (this.#state === 'waiting') {
      if (command === CAPABILITIES_EXCHANGE && !isError) this.exchange(message)
      else this.cut('no capabilities exchange')
    } else if (command === DEVICE_WATCHDOG && !isError) {
      base.count('watchdogs_received')
      this.#transport.send(messages.watchdogAnswer(message))
    } else if (this.#state === 'probing') this.cut('a message before the answer to its first')
    else if (command === CAPABILITIES_EXCHANGE && !isError) this.exchangeAgain(message)
    else if (command === DISCONNECT_PEER && !isError) {
      base.count('disconnects_received')
      this.part()
      this.#transport.send(messages.answer(message, RESULT.success))
    } else this.refuseRequest(message, isError)
  }

  private refuseRequest({ bytes, start, end }: Exchange, isError: boolean): void {
    const { ecr, eca, base } = this.#service
    const application = read32(bytes, start + 8)
    const result = isError
      ? RESULT.invalidHeaderBits
      : application === BASE || application === S13
        ? RESULT.commandUnsupported
        : RESULT.applicationUnsupported
    base.count('other_requests')
    ecr.read(bytes, start, end) // for its Session-Id and Proxy-Info
    eca.writeFault(this.#transport.replies, ecr, plainFault(result))
  }

  private takeAnswer(command: number, hopByHop: number): void {
    if (command === DEVICE_WATCHDOG && hopByHop === this.#askedId) {
      this.#watchdog?.answered()
      this.#onProbed?.(true)
    } else if (command === DISCONNECT_PEER && this.#state === 'closing') this.end()
    else if (this.#state === 'waiting') this.cut('no capabilities exchange')
    else this.#service.base.count('stray_answers')
  }

  private exchange(message: Exchange): void {
    const peer = admit(this.#service, this.#socket, message)
    if ('why' in peer) return this.refuse(message, peer)
    const older = this.#service.open.get(peer)
    if (!older) return this.accept(message, peer)
    this.#state = 'probing'
    this.#deadline.stop()
    const isProbing = older.probe((isAlive) => {
      if (this.#state !== 'probing') return
      if (isAlive) return this.refuse(message, CONNECTED)
      if (this.#service.open.get(peer) === older) older.cut('silent, and dialled again')
      this.accept(message, peer)
    })
    if (!isProbing) this.refuse(message, CONNECTED)
  }

  /** A peer may announce itself again, as itself. */
  private exchangeAgain(message: Exchange): void {
    const peer = admit(this.#service, this.#socket, message)
    if ('why' in peer) this.refuse(message, peer)
    else if (peer !== this.#peer) this.refuse(message, ANOTHER)
    else this.sendCapabilities(message)
  }

  private accept(message: Exchange, peer: ListedPeer): void {
    const { open, base, counters, judge, ecr, eca, logger, setAlarm, watchdogMs } = this.#service
    const { asker, operator } = peer
    this.#deadline.stop()
    this.#state = 'open'
    this.#peer = peer
    open.set(peer, this)
    this.#onAdmitted()
    base.count('opened')
    logger.info({ peer: asker.peer, operator }, 's13 peer connected')
    this.#checks = new PeerChecks({
      asker,
      judge,
      counters: counters.of(asker.peer),
      ecr,
      eca,
      logger,
    })
    this.#watchdog = new Watchdog({
      intervalMs: watchdogMs,
      setAlarm,
      sendRequest: () => this.sendWatchdog(),
      onSuspect: () => logger.warn({ peer: asker.peer }, 's13 peer is silent'),
      onDead: () => this.cut('silent'),
    })
    this.sendCapabilities(message)
  }

  private sendCapabilities(message: Exchange): void {
    this.#transport.send(
      this.#service.messages.capabilities(message, this.#socket.localAddress ?? ''),
    )
  }

  private refuse(message: Exchange, { result, failed, why }: Refused): void {
    const { base, logger, messages } = this.#service
    base.count('refused')
    logger.warn({ from: this.#socket.remoteAddress, why }, 's13 peer refused')
    this.#transport.send(messages.answer(message, result, failed ? [failed] : []))
    this.end()
  }

  private sendWatchdog(): void {
    const { base, messages, nextId } = this.#service
    base.count('watchdogs_sent')
    this.#askedId = nextId()
    this.#transport.send(messages.watchdog({ hopByHop: this.#askedId, endToEnd: nextId() }))
  }

  /** RFC 6733 §7.1.5: the error names the header, and nothing that follows can be read. */
  private unframed({ result, bytes, at }: Unframed): void {
    const isRequest = (bytes[at + 4]! & REQUEST) !== 0
    if (isRequest) this.#transport.send(this.#service.messages.answer({ bytes, start: at }, result))
    this.cut('bytes that are no messages')
  }

  /** Either side has said goodbye: the peer may dial anew, and this connection has a few seconds. */
  private part(): void {
    if (this.#state === 'closing') return
    this.#state = 'closing'
    this.leave()
    this.#deadline = this.#service.setAlarm(DISCONNECT_WITHIN_MS, () => this.cut('still here'))
  }

  private cut(why: string): void {
    if (this.#state === 'ended') return
    const { base, logger } = this.#service
    base.count('cut')
    logger.warn(
      { from: this.#socket.remoteAddress, peer: this.#peer?.asker.peer, why },
      's13 connection cut',
    )
    this.end()
  }

  private end(): void {
    this.#state = 'ended'
    this.leave()
    this.#transport.end()
  }

  /** This connection is no longer its peer's. */
  private leave(): void {
    const { open, logger } = this.#service
    this.#deadline.stop()
    this.#watchdog?.stop()
    const peer = this.#peer
    if (peer && open.get(peer) === this) {
      open.delete(peer)
      logger.info({ peer: peer.asker.peer }, 's13 peer gone')
    }
    this.#onProbed?.(false)
  }
}

const CONNECTED: Refused = { ...plainFault(RESULT.electionLost), why: 'connected' }
const ANOTHER: Refused = { ...plainFault(RESULT.unknownPeer), why: 'origin-host' }
