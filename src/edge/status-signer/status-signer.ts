import { setTimeout as delay } from 'node:timers/promises'
import {
  MAX_TOKEN_SECONDS,
  appraise,
  demand,
  equal,
  parseStatusToken,
  readEat,
  signStatusSlot,
  thumbprint,
  type Signer,
  type Slot,
} from '../../core/index.ts'
import type { Clock } from '../../host/index.ts'
import type { Book } from '../book.ts'

/** How long the log may take to reach us after the registry has read it: a feed that broke off is back by then. */
const PATIENCE_MS = 8_000
const LOOK_MS = 20
/** An idle log is cosigned every minute: whoever knows nothing newer than this has been cut off. */
const MAX_AGE_SECONDS = 300

export interface StatusSignerOptions {
  /** What we know of the log, proved by ourselves. */
  readonly book: () => Pick<Book, 'follower' | 'register'>
  /** A key of role registry that the registry itself does not hold. */
  readonly signer: Signer
  readonly clock: Clock
}

/**
 * The other of the two who sign status tokens. It asks nobody whether the phone is free: it has folded
 * every order of the log itself. So neither a key of the registry nor a row in its database sets up a
 * stolen phone.
 */
export class StatusSigner {
  readonly #options: StatusSignerOptions

  constructor(options: StatusSignerOptions) {
    this.#options = options
  }

  /**
   * @param eatBytes what the phone says of itself
   * @param payload the token the registry would give it
   * @throws {Refusal} of the attestation: malformed, signature … · token-wrong-device, token-nonce, window ·
   * unavailable: we know less of the log, or not whose an order is · activation-refused,
   * boot-state-unverified · replay: the token knows fewer orders
   */
  async sign(eatBytes: Uint8Array, payload: Uint8Array): Promise<Slot> {
    const { signer, clock } = this.#options
    const { trust } = this.#options.book().follower
    const eat = readEat(eatBytes, trust.verify.es256)
    const token = parseStatusToken(payload)
    const dak = thumbprint(eat.dak)
    demand(equal(token.dak, dak), 'token-wrong-device', 'the token is for another phone')
    demand(equal(token.nonce, eat.nonce), 'token-nonce', 'the token answers another question')
    const now = Math.floor(clock() / 1000)
    const isShort = token.exp > now && token.exp <= now + MAX_TOKEN_SECONDS
    demand(isShort, 'window', `a token is good for at most ${MAX_TOKEN_SECONDS} s`)
    await this.reach(token.treeSize)
    const { follower, register } = this.#options.book()
    const age = now - register.now
    demand(age <= MAX_AGE_SECONDS, 'unavailable', `the newest we know of the log is ${age} s old`)
    const unopened = follower.unopened.countStanding()
    demand(
      unopened === 0,
      'unavailable',
      `${unopened} orders in force whose phone we were not shown`,
    )
    const { state, ctr } = follower.deviceOf(dak)
    appraise(eat, { state, numbers: eat.imeis.map((imei) => register.stateOf(imei)) })
    demand(token.state === state, 'activation-refused', 'the token names another state')
    demand(token.ctr >= ctr, 'replay', 'the token knows fewer orders than the log')
    return signStatusSlot(payload, signer)
  }

  private async reach(size: number): Promise<void> {
    const { book, clock } = this.#options
    const until = clock() + PATIENCE_MS
    while (book().follower.size < size) {
      demand(clock() < until, 'unavailable', 'we do not know so much of the log yet')
      await delay(LOOK_MS)
    }
  }
}
