import type { RefusalCode } from '../../../core/index.ts'
import { Refusal } from '../../../core/index.ts'
import { LAW, Phone, type FirstFactor, type Law } from '../../../device/index.ts'
import type { BrokenDevice } from './parts.ts'

const DAY = 86_400

/** The law of tickets, but for one refusal. */
function redeems(code: RefusalCode): Partial<Law> {
  return {
    redeem: (...args) => {
      try {
        return LAW.redeem(...args)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== code) throw error
        const { act, dak, nonce, ctr, now } = args[2]
        return { act, dak, nonce, ctr, exp: now }
      }
    },
  }
}

/** Wrong about what it takes to be erased. */
export const BROKEN_RESETS: readonly BrokenDevice[] = [
  {
    name: 'menu-reset',
    says: 'is erased from its menu by whoever knows the passcode, as it was before',
    fails: [
      ...[1, 3, 4, 5, 6].map((number) => `SM-RST-00${number}`),
      'SM-RST-011',
      'SM-RST-012',
      ...[0, 1, 2, 3, 4, 5, 6].map((number) => `SM-RST-02${number}`),
    ],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override factoryReset(how: 'menu' | 'recovery-wipe', factor?: FirstFactor) {
            const has = factor !== undefined && (factor.passcode || factor.biometric)
            const isFree = has && this.screen()?.kind === 'home' && !this.#wasHeld
            return super.factoryReset(isFree ? 'recovery-wipe' : how, factor)
          }
          #wasHeld = false
          override unlock(factors: FirstFactor) {
            super.unlock(factors)
            this.#wasHeld = true
          }
        })(options),
    }),
  },
  {
    name: 'no-factor',
    says: 'asks for no factor of its own before it is erased',
    fails: ['SM-RST-002'],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override factoryReset(how: 'menu' | 'recovery-wipe') {
            return super.factoryReset(how, { passcode: true, biometric: true })
          }
        })(options),
    }),
  },
  {
    name: 'delay-by-local-clock',
    says: 'counts the day by its own clock, which anybody can set',
    fails: ['SM-RST-003'],
    parts: ({ clock }) => {
      let askedAt = Infinity
      return {
        phone: (options) =>
          new (class extends Phone {
            override async ask(act: 'reset' | 'unprotect', factor: FirstFactor) {
              await super.ask(act, factor)
              askedAt = clock()
            }
            override factoryReset(how: 'menu' | 'recovery-wipe', factor?: FirstFactor) {
              const isOver = clock() >= askedAt + DAY
              return super.factoryReset(isOver ? 'recovery-wipe' : how, factor)
            }
          })(options),
      }
    },
  },
  {
    name: 'delay-skipped-near-home',
    says: 'counts no day where its owner lives',
    fails: ['SM-RST-011'],
    parts: ({ isHome }) => {
      let isAsked = false
      return {
        phone: (options) =>
          new (class extends Phone {
            override async ask(act: 'reset' | 'unprotect', factor: FirstFactor) {
              await super.ask(act, factor)
              isAsked = true
            }
            override factoryReset(how: 'menu' | 'recovery-wipe', factor?: FirstFactor) {
              return super.factoryReset(isAsked && isHome() ? 'recovery-wipe' : how, factor)
            }
          })(options),
      }
    },
  },
  {
    name: 'sms-factor',
    says: 'takes a code that came to itself for the second factor',
    fails: ['SM-RST-012'],
    parts: ({ hasSms }) => ({
      phone: (options) =>
        new (class extends Phone {
          override factoryReset(how: 'menu' | 'recovery-wipe', factor?: FirstFactor) {
            return super.factoryReset(hasSms() ? 'recovery-wipe' : how, factor)
          }
        })(options),
    }),
  },
  {
    name: 'others-reset-ticket',
    says: 'is erased with a ticket for another phone',
    fails: ['SM-RST-020'],
    parts: () => ({ law: redeems('token-wrong-device') }),
  },
  {
    name: 'old-reset-ticket',
    says: 'is erased with a ticket that answered another question',
    fails: ['SM-RST-021'],
    parts: () => ({ law: redeems('token-nonce') }),
  },
  {
    name: 'any-act-ticket',
    says: 'does not look what a ticket is for',
    fails: ['SM-RST-022'],
    parts: () => ({ law: redeems('reset-refused') }),
  },
  {
    name: 'ticket-before-order',
    says: 'is erased with a ticket from before another order',
    fails: ['SM-RST-023'],
    parts: () => ({ law: redeems('replay') }),
  },
  {
    name: 'expired-reset-ticket',
    says: 'is erased with a ticket that has expired',
    fails: ['SM-RST-024'],
    parts: () => ({ law: redeems('token-expired') }),
  },
  {
    name: 'strangers-reset-ticket',
    says: 'is erased with a ticket of anybody',
    fails: ['SM-RST-025'],
    parts: () => ({ law: redeems('chain') }),
  },
  {
    name: 'makers-reset-ticket',
    says: 'is erased with a ticket of anybody the root knows',
    fails: ['SM-RST-026'],
    parts: () => ({ law: redeems('signer-set') }),
  },
]
