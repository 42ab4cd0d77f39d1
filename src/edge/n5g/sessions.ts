import { constants, type ServerHttp2Session } from 'node:http2'
import { CLOSE_MS, type Limits } from './limits.ts'

/** Connections, counted apart from checks. */
export interface SessionCounts {
  open: number
  accepted: number
  /** Ended by us: silent too long, or displaced. */
  ended: number
}

interface Asking {
  readonly session: ServerHttp2Session
  askedLately: boolean
  /** Ours, and not the session's own: Node keeps that, and the session with it, until it has run out. */
  patience: NodeJS.Timeout
}

/**
 * Who is connected. When all places are taken, a new session displaces the oldest that never asked
 * anything, else one that has not asked lately: a crowd of silent connections locks no network out.
 */
export class Sessions {
  readonly counts: SessionCounts = { open: 0, accepted: 0, ended: 0 }
  readonly #limits: Limits
  readonly #silent = new Set<ServerHttp2Session>()
  readonly #asking = new Set<Asking>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** @returns what to call at each of its questions: whether it is the first */
  add(session: ServerHttp2Session): () => boolean {
    if (this.#silent.size + this.#asking.size >= this.#limits.connections) this.displace()
    this.#silent.add(session)
    this.counts.accepted++
    this.counts.open++
    const end = () => this.end(session)
    const patience = setTimeout(end, this.#limits.firstQuestionMs)
    const one: Asking = { session, askedLately: false, patience }
    session.once('close', () => {
      clearTimeout(one.patience)
      this.counts.open--
      this.#silent.delete(session)
      this.#asking.delete(one)
    })
    return () => {
      one.askedLately = true
      if (!this.#silent.delete(session)) {
        one.patience.refresh()
        return false
      }
      this.#asking.add(one)
      clearTimeout(one.patience)
      one.patience = setTimeout(end, this.#limits.idleMs)
      session.on('ping', () => one.patience.refresh())
      return true
    }
  }

  /** To everybody, at the end. */
  goAway(): void {
    for (const session of this.#silent) session.close()
    for (const { session } of this.#asking) session.close()
  }

  private displace(): void {
    const [oldest] = this.#silent
    const session = oldest ?? this.oneThatRests()
    this.#silent.delete(session)
    this.counts.ended++
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  /** Second chance: near enough to the order of last questions, at the price of a flag for each. */
  private oneThatRests(): ServerHttp2Session {
    for (const one of this.#asking) {
      this.#asking.delete(one)
      if (!one.askedLately) return one.session
      one.askedLately = false
      this.#asking.add(one) // at the end, where this walk meets it again
    }
    throw new Error('no session to displace')
  }

  private end(session: ServerHttp2Session): void {
    this.counts.ended++
    session.close()
    const late = setTimeout(() => session.destroy(), CLOSE_MS)
    session.once('close', () => clearTimeout(late))
  }
}
