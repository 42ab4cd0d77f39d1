import { Refusal } from '../../core/index.ts'
import type { Clock } from '../../host/index.ts'
import type { Env } from './env.ts'
import type { Guard } from './route.ts'

/** So many at once, and so many a second from then on. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** What the public may ask of one lane. */
export interface LaneLimits {
  readonly perSource: Rate
  readonly overall: Rate
}

/**
 * Lanes of the public. A flood in one leaves the others free, and whatever makes an order of signed
 * drafts (`/v1/signatures`), police and phones are in none of them; but for parts, since each pairing is
 * an entry of the log.
 */
export type Lane =
  'check' | 'print' | 'report' | 'request' | 'account' | 'owner' | 'document' | 'part'

export interface Limits {
  readonly lanes: Readonly<Record<Lane, LaneLimits>>
  /** Wrong cards and references of one source: a card has 50 bits, and is guessed no faster. */
  readonly wrongPerSource: Rate
  /** One proxy stands in front and writes the true source last into X-Forwarded-For. */
  readonly isBehindProxy: boolean
}

export const LIMITS: Limits = {
  lanes: {
    check: {
      perSource: { burst: 200, perSecond: 20 },
      overall: { burst: 2_000, perSecond: 500 },
    },
    // A page with a code is a dozen times as large as the answer on it.
    print: { perSource: { burst: 10, perSecond: 0.5 }, overall: { burst: 40, perSecond: 4 } },
    report: { perSource: { burst: 100, perSecond: 5 }, overall: { burst: 500, perSecond: 50 } },
    // Each is work for an officer, and may be meant to harass somebody.
    request: {
      perSource: { burst: 5, perSecond: 5 / 3_600 },
      overall: { burst: 200, perSecond: 2 },
    },
    // An account is kept for good, and costs whoever makes it nothing.
    account: {
      perSource: { burst: 10, perSecond: 20 / 3_600 },
      overall: { burst: 200, perSecond: 2 },
    },
    owner: { perSource: { burst: 100, perSecond: 5 }, overall: { burst: 500, perSecond: 50 } },
    document: { perSource: { burst: 100, perSecond: 5 }, overall: { burst: 500, perSecond: 50 } },
    part: { perSource: { burst: 50, perSecond: 1 }, overall: { burst: 500, perSecond: 50 } },
  },
  wrongPerSource: { burst: 20, perSecond: 20 / 3_600 },
  isBehindProxy: false,
}

/** Sources remembered; the one longest silent is forgotten first. */
const MAX_SOURCES = 10_000
/** Lanes in which somebody could try cards and references. */
const GUESSING: readonly Lane[] = ['report', 'owner', 'document']
/** How a card or reference that is none is answered. */
const WRONG: readonly number[] = [403, 404]

/** Whoever asks, as the server knows him. */
export interface Asker {
  readonly env: Env['Bindings']
  readonly req: { header(name: string): string | undefined }
}

export type Gate = Pick<Throttle, 'guard' | 'admit'>

/** Refuses floods before any work is done for them. In memory: each process brakes for itself. */
export class Throttle {
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #overall = new Map<Lane, Bucket>()
  readonly #sources = new Map<string, Bucket>()

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Stands before an endpoint of this lane. */
  guard(lane: Lane): Guard {
    const handle: Guard['handle'] = async (c, next) => {
      const wrong = this.bucket(`wrong ${this.source(c)}`, this.#limits.wrongPerSource)
      const canGuess = GUESSING.includes(lane)
      if (canGuess) demandRoom(wrong.secondsUntilRoom(this.#clock()), 'too many wrong cards')
      this.admit(lane, c)
      await next()
      if (canGuess && WRONG.includes(c.res.status)) wrong.take(this.#clock())
    }
    return { handle, refuses: ['rate-limited'] }
  }

  /** Lets one request of this lane pass. @throws {Refusal} rate-limited, with when to come back */
  admit(lane: Lane, asker: Asker): void {
    const { perSource, overall } = this.#limits.lanes[lane]
    const now = this.#clock()
    const own = this.bucket(`${lane} ${this.source(asker)}`, perSource)
    demandRoom(own.take(now), 'too many from here')
    demandRoom(this.overall(lane, overall).take(now), 'too many at the moment')
  }

  private source(c: Asker): string {
    const forwarded = this.#limits.isBehindProxy && c.req.header('x-forwarded-for')
    const address = forwarded
      ? forwarded.split(',').at(-1)!.trim()
      : (c.env.incoming.socket.remoteAddress ?? '')
    // Whoever has one IPv6 address has a whole /64 of them.
    return address.includes('.') ? address : address.split(':').slice(0, 4).join(':')
  }

  private overall(lane: Lane, rate: Rate): Bucket {
    const known = this.#overall.get(lane) ?? new Bucket(rate, this.#clock())
    this.#overall.set(lane, known)
    return known
  }

  private bucket(name: string, rate: Rate): Bucket {
    const known = this.#sources.get(name) ?? new Bucket(rate, this.#clock())
    this.#sources.delete(name)
    this.#sources.set(name, known)
    if (this.#sources.size > MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value!)
    return known
  }
}

/** Holds `burst` tokens and gets `perSecond` new ones. */
class Bucket {
  readonly #rate: Rate
  #tokens: number
  #at: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Seconds until there is a token, 0 where there is one. */
  secondsUntilRoom(now: number): number {
    const { burst, perSecond } = this.#rate
    const passed = Math.max(0, now - this.#at) / 1000
    this.#tokens = Math.min(burst, this.#tokens + passed * perSecond)
    this.#at = now
    return this.#tokens >= 1 ? 0 : (1 - this.#tokens) / perSecond
  }

  /** Takes one, or says as above. */
  take(now: number): number {
    const wait = this.secondsUntilRoom(now)
    if (wait === 0) this.#tokens--
    return wait
  }
}

function demandRoom(seconds: number, why: string): void {
  if (seconds === 0) return
  throw new Refusal('rate-limited', why, { retryAfterSeconds: Math.ceil(seconds) })
}

/** Lets everybody pass, under the same documentation. */
export function unlimited(): Gate {
  return {
    guard: () => ({ handle: (_, next) => next(), refuses: ['rate-limited'] }),
    admit: () => undefined,
  }
}
