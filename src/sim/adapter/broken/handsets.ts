import { rm } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal, parseImei14, type Imei14 } from '../../../core/index.ts'
import { LAW, Phone, storageDir, storeDir, type StoreRecord } from '../../../device/index.ts'
import { storeLike, storesOf } from './faults.ts'
import type { BrokenDevice } from './parts.ts'
import { DIARY, MODEM_MEMORY } from '../places.ts'

const MONTH = 30 * 86_400

async function demandRegistry(url: string): Promise<void> {
  try {
    await fetch(`${url}/v1/nonces`, { method: 'POST', body: '{}' })
  } catch {
    throw new Refusal('unavailable', 'no network')
  }
}

/** Wrong about the rest of being a phone: boot, clocks, numbers, calls, screens, memory. */
export const BROKEN_HANDSETS: readonly BrokenDevice[] = [
  {
    name: 'wiped-store-boots',
    says: 'is free when its secure store cannot be read',
    fails: ['SM-EMG-007', 'SM-STO-001', 'SM-STO-002', 'SM-STO-003', 'SM-STO-004'],
    parts: () => ({
      law: {
        gate: (record, ...rest) => (record ? LAW.gate(record, ...rest) : { kind: 'home' }),
      },
    }),
  },
  {
    name: 'boot-needs-network',
    says: 'does not boot without its registry',
    fails: [
      'SM-BOO-001',
      'SM-BOO-002',
      'SM-BOO-014',
      ...['001', '003', '011', '012', '040', '041', '042', '043', '044'].map(
        (number) => `SM-PRT-${number}`,
      ),
    ],
    parts: ({ registryUrl }) => ({
      phone: (options) =>
        new (class extends Phone {
          override async powerOn() {
            await demandRegistry(registryUrl)
            await super.powerOn()
          }
        })(options),
    }),
  },
  {
    name: 'offline-timer',
    says: 'locks itself when it has heard from nobody for a month',
    fails: ['SM-BOO-002'],
    parts: ({ ran }) => ({
      law: {
        gate: (...args) => {
          const screen = LAW.gate(...args)
          return ran() > MONTH && screen.kind === 'home' ? { kind: 'activation-needed' } : screen
        },
      },
    }),
  },
  {
    name: 'deaf',
    says: 'asks its registry for orders and obeys none',
    fails: [
      'SM-ACT-006',
      'SM-OFF-002',
      'SM-STO-006',
      'SM-STO-020',
      'SM-STO-021',
      'SM-STO-022',
      'SM-STO-030',
      'SM-STO-031',
      'SM-STO-032',
    ],
    parts: () => {
      let isAsking = false
      return {
        law: {
          judge: (...args) => {
            if (isAsking) throw new Refusal('unavailable', 'not by this way')
            return LAW.judge(...args)
          },
        },
        phone: (options) =>
          new (class extends Phone {
            override async sync() {
              isAsking = true
              try {
                return await super.sync()
              } finally {
                isAsking = false
              }
            }
          })(options),
      }
    },
  },
  {
    name: 'passcode-opens-stolen',
    says: 'opens a stolen phone to whoever knows passcode and finger',
    fails: ['SM-BOO-020'],
    parts: () => {
      let isOpen = false
      return {
        law: {
          judge: (...args) => {
            isOpen = false
            return LAW.judge(...args)
          },
          gate: (...args) => {
            const screen = LAW.gate(...args)
            return isOpen && screen.kind === 'stolen' ? { kind: 'home' } : screen
          },
        },
        phone: (options) =>
          new (class extends Phone {
            override unlock(factors: { readonly passcode: boolean; readonly biometric: boolean }) {
              if (this.screen()?.kind === 'stolen') isOpen = true
              else super.unlock(factors)
            }
          })(options),
      }
    },
  },
  {
    name: 'one-factor',
    says: 'opens a held phone to one factor',
    fails: ['SM-OFF-005'],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override unlock({ passcode, biometric }: { passcode: boolean; biometric: boolean }) {
            const any = passcode || biometric
            super.unlock({ passcode: any, biometric: any })
          }
        })(options),
    }),
  },
  {
    name: 'opened-for-good',
    says: 'stays open once its owner has opened a hold',
    fails: ['SM-OFF-004'],
    parts: () => {
      let wasOpened = false
      return {
        law: {
          gate: (record, activated, opened, refused) => {
            wasOpened ||= opened
            return LAW.gate(record, activated, wasOpened, refused)
          },
        },
      }
    },
  },
  {
    name: 'hold-never-lapses',
    says: 'keeps a hold for ever',
    fails: ['SM-CLK-005', 'SM-CLK-006'],
    parts: () => ({
      law: {
        gate: (record, ...rest) => LAW.gate(record && { ...record, holdLapsed: false }, ...rest),
      },
    }),
  },
  {
    name: 'hold-by-wall-clock',
    says: 'ends a hold by its own clock, which anybody can set',
    fails: ['SM-CLK-001'],
    parts: ({ clock }) => ({
      law: {
        gate: (record, ...rest) => {
          const end = record?.device.outstanding?.exp ?? Infinity
          return LAW.gate(
            record && clock() > end ? { ...record, holdLapsed: true } : record,
            ...rest,
          )
        },
      },
    }),
  },
  {
    name: 'imei-rewrite',
    says: 'gives the networks whatever number a box has written',
    fails: ['SM-IDN-001', 'SM-IDN-002'],
    parts: ({ dir, stores }) => ({
      stores: storesOf(stores, (store) => {
        const [first, ...others] = store.factory.imeis
        const imeis = [boxed(dir) ?? first!, ...others]
        return storeLike(store, { factory: { ...store.factory, imeis } })
      }),
    }),
  },
  {
    name: 'second-imei-ignored',
    says: 'knows its first number only',
    fails: ['SM-IDN-003', 'SM-PRT-008', 'SM-PRT-009'],
    parts: ({ stores }) => ({
      stores: storesOf(stores, (store) => {
        const imeis = store.factory.imeis.slice(0, 1)
        return storeLike(store, { factory: { ...store.factory, imeis } })
      }),
    }),
  },
  {
    name: 'emergency-blocked',
    says: 'connects nobody while it is closed',
    fails: [
      'SM-ACT-002',
      'SM-EMG-002',
      'SM-EMG-003',
      'SM-EMG-004',
      'SM-EMG-005',
      'SM-EMG-006',
      'SM-EMG-007',
      'SM-EMG-010',
      'SM-EMG-011',
      'SM-PRT-003',
    ],
    parts: () => ({ law: { mayCall: (_, screen) => screen === 'home' } }),
  },
  {
    name: 'dialler-escape',
    says: 'takes a number for an emergency that begins like one',
    fails: [
      'SM-EMG-002',
      'SM-EMG-003',
      'SM-EMG-004',
      'SM-EMG-005',
      'SM-EMG-006',
      'SM-EMG-007',
      'SM-PRT-003',
    ],
    parts: () => ({
      law: { mayCall: (number, screen) => LAW.mayCall(number.slice(0, 3), screen) },
    }),
  },
  {
    name: 'lock-cuts-call',
    says: 'hangs up when a lock arrives',
    fails: ['SM-EMG-010', 'SM-EMG-011'],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override async receive(bundle: Uint8Array) {
            const accepted = await super.receive(bundle)
            this.hangUp()
            return accepted
          }
        })(options),
    }),
  },
  {
    name: 'asks-in-emergency',
    says: 'lets the register decide about an emergency attach',
    fails: ['SM-EMG-012'],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override attach(edgeUrl: string, slot: number) {
            return super.attach(edgeUrl, slot)
          }
        })(options),
    }),
  },
  {
    name: 'anonymous-lock',
    says: 'does not say who locked it, or how to object',
    fails: ['SM-SCR-001', 'SM-SCR-002', 'SM-SCR-003', 'SM-SCR-004'],
    parts: () => ({
      law: {
        gate: (...args) => {
          const screen = LAW.gate(...args)
          return 'authority' in screen ? { ...screen, authority: '' } : screen
        },
      },
    }),
  },
  {
    name: 'mute-glass',
    says: 'shows no number to call and no code to scan',
    fails: ['SM-SCR-010', 'SM-SCR-011', 'SM-SCR-013'],
    parts: () => ({
      law: {
        gate: (...args) => {
          const screen = LAW.gate(...args)
          return 'contact' in screen ? { ...screen, contact: null } : screen
        },
      },
      phone: (options) =>
        new (class extends Phone {
          override deviceCode() {
            return Promise.resolve(null)
          }
        })(options),
    }),
  },
  {
    name: 'lock-wipes-data',
    says: 'deletes what its user kept when it is locked',
    fails: ['SM-BOO-021', 'SM-STO-011', 'SM-STO-030', 'SM-STO-031', 'SM-STO-032', 'SM-STO-033'],
    parts: ({ dir }) => ({
      phone: (options) =>
        new (class extends Phone {
          override async receive(bundle: Uint8Array) {
            const accepted = await super.receive(bundle)
            if (accepted.order.act === 'lock')
              await rm(join(storageDir(dir), DIARY), { force: true })
            return accepted
          }
        })(options),
    }),
  },
  {
    name: 'late-store',
    says: 'says that it has obeyed before it has kept that',
    fails: ['SM-STO-010'],
    parts: ({ stores }) => ({
      stores: storesOf(stores, (store) => {
        let waiting: StoreRecord | null = null
        let kept = -1
        return storeLike(store, {
          read: async () => {
            const record = await store.read()
            kept = record?.device.ctr ?? 0
            return record
          },
          apply: async (record, grants) => {
            if (waiting !== null || (kept >= 0 && record.device.ctr > kept)) waiting = record
            else await store.apply(record, grants)
          },
          close: async () => {
            if (waiting !== null) await store.apply(waiting)
            await store.close()
          },
        })
      }),
    }),
  },
]

/** What a phone box wrote, if it did. */
function boxed(dir: string): Imei14 | null {
  try {
    return parseImei14(readFileSync(join(storeDir(dir), MODEM_MEMORY), 'utf8'))
  } catch {
    return null
  }
}
