import { connect, type Socket } from 'node:net'
import { Refusal } from '../../core/index.ts'
import type { Logger } from '../../host/index.ts'
import type { Asker, Judge } from '../checks.ts'
import type { Outcome, PeerCounters } from '../counters.ts'
import { isIdentity, serialNumberOf } from './ccm.ts'
import { invalidOf, isCheckImei, nackOf, readCheckImei, type CheckImei } from './check-imei.ts'
import { IpaReader, PROTOCOL, protocolOf } from './ipa.ts'
import { askerOf, type GsupPeer } from './peers.ts'

export interface RelayOptions {
  /** The HLR. */
  readonly upstream: { readonly host: string; readonly port: number }
  readonly peers: readonly GsupPeer[]
  readonly judge: Judge
  readonly counters: PeerCounters
  readonly logger: Logger
}

/** For the HLR to take our connection, for the client to say who it is, for the last bytes to leave. */
const DEADLINE_MS = 10_000
/** Unsent in one direction; beyond it nothing more is read that could add to it. */
const MAX_UNSENT = 1_048_576
/** Whoever vanished without a word is gone some 40 s later; IPA's own pings pass through. */
const KEEP_ALIVE_MS = 30_000

/**
 * One client and its own connection to the HLR, so that the HLR hears the client's own identity.
 * Whole frames pass both ways as they are, and between two of them stand our own answers.
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #address: string
  readonly #client: Socket
  readonly #hlr: Socket
  #asker: Asker | null = null
  #deadline: NodeJS.Timeout

  /** @param client paused */
  constructor(client: Socket, address: string, options: RelayOptions) {
    this.#options = options
    this.#address = address
    this.#client = client
    this.#hlr = connect(options.upstream)
    this.#deadline = setTimeout(() => this.cut('the hlr does not answer'), DEADLINE_MS)
    for (const socket of [client, this.#hlr]) {
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      socket.on('error', (error) => options.logger.debug({ err: error }, 'gsup connection failed'))
      socket.on('drain', () => this.flow())
      socket.once('close', () => this.end())
    }
    this.#hlr.once('connect', () => this.begin())
  }

  /** It is one of the peers. */
  get isNamed(): boolean {
    return this.#asker !== null
  }

  close(): void {
    clearTimeout(this.#deadline)
    this.#client.destroy()
    this.#hlr.destroy()
  }

  /** One side is gone: the other is closed too, with some time to take what was meant for it. */
  private end(): void {
    clearTimeout(this.#deadline)
    if (this.#client.destroyed && this.#hlr.destroyed) return
    this.#client.destroySoon()
    this.#hlr.destroySoon()
    this.#deadline = setTimeout(() => this.close(), DEADLINE_MS)
  }

  private cut(why: string): void {
    this.#options.logger.warn({ address: this.#address }, `gsup connection cut: ${why}`)
    this.close()
  }

  private begin(): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => this.cut('the client gives no name'), DEADLINE_MS)
    const fromClient = new IpaReader()
    const fromHlr = new IpaReader()
    this.#client.on('data', (chunk) => {
      const frames = fromClient.read(chunk)
      this.together(() => frames.every((frame) => this.takeFromClient(frame)))
    })
    this.#hlr.on('data', (chunk) => {
      const frames = fromHlr.read(chunk)
      this.together(() => frames.every((frame) => this.toClient(frame)))
    })
  }

  /** One write for everything a read has caused. */
  private together(work: () => void): void {
    this.#client.cork()
    this.#hlr.cork()
    work()
    this.#client.uncork()
    this.#hlr.uncork()
    this.flow()
  }

  private flow(): void {
    const isFull = ({ writableLength }: Socket) => writableLength > MAX_UNSENT
    const clientIsFull = isFull(this.#client)
    read(this.#hlr, !clientIsFull)
    read(this.#client, !clientIsFull && !isFull(this.#hlr)) // our own answers go back to it
  }

  private toClient(frame: Buffer): boolean {
    if (this.#client.writable) this.#client.write(frame)
    return true
  }

  private toHlr(frame: Buffer): boolean {
    if (this.#hlr.writable) this.#hlr.write(frame)
    return true
  }

  /** False once the connection is cut. */
  private takeFromClient(frame: Buffer): boolean {
    if (protocolOf(frame) === PROTOCOL.ccm) {
      if (isIdentity(frame) && !this.identify(serialNumberOf(frame))) return false
      return this.toHlr(frame)
    }
    if (this.#asker === null) {
      this.cut('a message before a name')
      return false
    }
    return isCheckImei(frame) ? this.check(frame, this.#asker) : this.toHlr(frame)
  }

  private identify(name: string | null): boolean {
    const asker = askerOf(this.#options.peers, this.#address, name)
    if (asker === undefined || (this.#asker !== null && this.#asker !== asker)) {
      this.cut('not one of the peers, or another than before')
      return false
    }
    this.#asker = asker
    clearTimeout(this.#deadline)
    return true
  }

  private check(frame: Buffer, asker: Asker): boolean {
    const counters = this.#options.counters.of(asker.peer)
    counters.receive()
    const request = readCheckImei(frame)
    const [answer, outcome] = this.decide(request, asker)
    counters.end(outcome)
    if (answer === 'pass') return this.toHlr(frame)
    return answer === null || this.toClient(answer)
  }

  /**
   * What becomes of a request: passed on, answered by us, or (null) neither.
   * - Without a readable number it gets what osmo-hlr would answer, and is not passed on: a reader
   *   more lenient than we are must not find a listed number in it.
   * - Without a verdict it stays unanswered. Passed on, a listed phone would be let in; and osmo-msc
   *   takes an error for a NACK and rejects with #6 Illegal ME, which keeps an unlisted phone out
   *   until it is switched off and on. Silence ends in the network's timer, and the phone tries
   *   again by itself (TS 24.008 §4.4.4.9).
   */
  private decide(
    request: CheckImei | null,
    asker: Asker,
  ): readonly [Buffer | 'pass' | null, Outcome] {
    if (request === null) return [null, 'invalid']
    const { imei14, svn, imsi } = request
    if (imei14 === null) return [invalidOf(request), 'invalid']
    try {
      const { status, outcome } = this.#options.judge({ imei14, svn, imsi, asker })
      return [status === 'BLACKLISTED' ? nackOf(request) : 'pass', outcome]
    } catch (error) {
      if (!(error instanceof Refusal)) this.#options.logger.error({ err: error }, 'check failed')
      return [null, 'failed']
    }
  }
}

function read(socket: Socket, isWanted: boolean): void {
  if (isWanted) socket.resume()
  else socket.pause()
}
