import {
  TICKET_SECONDS,
  demand,
  readOwnerRequest,
  signResetTicket,
  toBase64,
  type OwnerRequest,
  type PublicKey,
  type ResetTicket,
  type Signer,
  type VerifyEs256,
} from '../core/index.ts'
import type { Lie } from './case.ts'
import type { CaseLog } from './case-log.ts'
import { Constellation } from './constellation.ts'

const DELAY_SECONDS = 86_400

interface Waiting {
  readonly act: 'reset' | 'unprotect'
  /** Unix seconds, by the log; null until the second factor is there. */
  readonly readyAt: number | null
  readonly isStopped: boolean
}

/** The registry's desk for what takes two factors and a day, for one phone of one case. */
export class PlayedWaits {
  readonly #world: Constellation
  readonly #log: CaseLog
  readonly #verify: VerifyEs256
  #waiting: Waiting | null = null

  constructor(world: Constellation, log: CaseLog, verify: VerifyEs256) {
    this.#world = world
    this.#log = log
    this.#verify = verify
  }

  /** The owner's key has confirmed, from another device. */
  confirm(): void {
    if (this.#waiting) this.#waiting = { ...this.#waiting, readyAt: this.#log.now + DELAY_SECONDS }
  }

  /** Somebody has stopped it, or an order has. */
  stop(): void {
    if (this.#waiting) this.#waiting = { ...this.#waiting, isStopped: true }
  }

  /** A request of the phone: verified under its key by `read`, before anything else. */
  read(document: Uint8Array, dak: PublicKey): OwnerRequest {
    return readOwnerRequest(document, dak, { verify: this.#verify })
  }

  /** What the phone asks for begins to wait. */
  ask({ act, step }: OwnerRequest) {
    const isPhones = step === 'ask' && (act === 'reset' || act === 'unprotect')
    demand(isPhones, 'malformed', 'a phone asks for a reset, or for its protection to go off')
    this.#waiting = { act, readyAt: null, isStopped: false }
    return this.#answer('requested')
  }

  /** The phone itself has stopped it. */
  stopFor({ step }: OwnerRequest) {
    demand(step === 'stop', 'malformed', 'expected a request to stop')
    demand(this.#waiting !== null, 'not-found', 'nothing waits')
    this.stop()
    return this.#answer('cancelled')
  }

  /** The ticket, once the day is over: bent as `lie` says. */
  ticket({ act, step, nonce, ctr, device }: OwnerRequest, lie: Lie | null) {
    demand(step === 'use' && device !== null && ctr !== null, 'malformed', 'expected a phone')
    const waiting = this.#waiting
    if (lie === null) {
      const isAsked = waiting !== null && waiting.act === act
      demand(!waiting?.isStopped, 'reset-cancelled', 'it was stopped')
      demand(
        isAsked && waiting.readyAt !== null,
        'second-factor-needed',
        'the owner has not confirmed',
      )
      demand(waiting.readyAt <= this.#log.now, 'reset-pending', 'the day is not over')
    }
    const truth: ResetTicket = {
      act: act ?? 'reset',
      dak: device,
      nonce,
      ctr,
      exp: this.#log.now + TICKET_SECONDS,
    }
    const { home } = this.#world
    return {
      ticket: toBase64(signResetTicket(this.#bent(truth, lie), this.#signer(lie))),
      certificates: [home.national, ...home.registry, home.maker].map(({ document }) =>
        toBase64(document),
      ),
    }
  }

  #bent(truth: ResetTicket, lie: Lie | null): ResetTicket {
    const { random } = this.#world
    const other = truth.act === 'reset' ? 'unprotect' : 'reset'
    const bent: Partial<Record<Lie, Partial<ResetTicket>>> = {
      'ticket-other-device': { dak: random(32) },
      'ticket-other-nonce': { nonce: random(32) },
      'ticket-other-act': { act: other },
      'ticket-other-counter': { ctr: truth.ctr + 1 },
      'ticket-expired': { exp: this.#log.now - 1 },
    }
    return { ...truth, ...(lie && bent[lie]) }
  }

  #signer(lie: Lie | null): Signer {
    const { registry, maker } = this.#world.home
    if (lie === 'ticket-stranger') return Constellation.strangers()[0]!
    return lie === 'ticket-maker' ? maker.signer : registry[0].signer
  }

  #answer(stage: 'requested' | 'cancelled') {
    const { act } = this.#waiting!
    return { act, stage, requestedAt: new Date(this.#log.now * 1000).toISOString(), readyAt: null }
  }
}
