import { constants, type ServerHttp2Session } from 'node:http2'
import { CLOSE_MS, type Limits } from './limits.ts'

/** Connections, counted apart from checks. */
export interface SessionCounts {
  open: number
  accepted: number
  /** Ended by us: silent too long, or displaced. */
  ended: number
}

interface Open {
  readonly session: ServerHttp2Session
  hasAsked: boolean
  askedLately: boolean
}

/**
 * Who is connected. Whoever asks stays: when all places are taken, a new session displaces the one
 * that has asked nothing for longest, so that a crowd of silent connections locks no network out.
 */
export class Sessions {
  readonly counts: SessionCounts = { open: 0, accepted: 0, ended: 0 }
  readonly #limits: Limits
  readonly #open = new Set<Open>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** @returns what to call at each of its questions */
  add(session: ServerHttp2Session): () => void {
    if (this.#open.size >= this.#limits.connections) this.displace()
    const one: Open = { session, hasAsked: false, askedLately: false }
    this.#open.add(one)
    this.counts.accepted++
    this.counts.open = this.#open.size
    session.once('close', () => {
      this.#open.delete(one)
      this.counts.open = this.#open.size
    })
    session.setTimeout(this.#limits.firstQuestionMs, () => this.end(session))
    return () => {
      one.askedLately = true
      if (one.hasAsked) return
      one.hasAsked = true
      session.setTimeout(this.#limits.idleMs)
    }
  }

  /** GOAWAY to everybody, open streams finish (TS 29.500), then the sockets close. */
  goAway(): void {
    for (const { session } of this.#open) closeSoon(session)
  }

  /** Second chance: an order by last question that costs one flag for each of them. */
  private displace(): void {
    for (const one of this.#open) {
      this.#open.delete(one)
      if (!one.askedLately) {
        this.counts.ended++
        one.session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
        return
      }
      one.askedLately = false
      this.#open.add(one)
    }
  }

  private end(session: ServerHttp2Session): void {
    this.counts.ended++
    closeSoon(session)
  }
}

function closeSoon(session: ServerHttp2Session): void {
  if (session.closed) return
  session.close()
  const late = setTimeout(() => session.destroy(), CLOSE_MS)
  session.once('close', () => clearTimeout(late))
}
