import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkStatusToken, demand } from '../../../core/index.ts'
import {
  LAW,
  Phone,
  storageDir,
  type FirstFactor,
  type StoreRecord,
} from '../../../device/index.ts'
import { admits, storeLike, storesOf } from './faults.ts'
import type { BrokenDevice } from './parts.ts'

const keyPath = (dir: string) => join(storageDir(dir), 'boot-key')

/** Wrong about what sets a phone up again, and about whose it is. */
export const BROKEN_ACTIVATION: readonly BrokenDevice[] = [
  {
    name: 'foreign-ticket',
    says: 'takes a status token for another phone',
    fails: ['SM-ACT-020'],
    parts: () => ({ law: admits('token-wrong-device') }),
  },
  {
    name: 'replayed-ticket',
    says: 'takes a status token that answers another question',
    fails: ['SM-ACT-021'],
    parts: () => ({ law: admits('token-nonce') }),
  },
  {
    name: 'stale-tree-head',
    says: 'takes a status token of a smaller log than it has seen',
    fails: ['SM-ACT-023'],
    parts: () => ({ law: admits('tree-went-back') }),
  },
  {
    name: 'frozen-view',
    says: 'takes a status token without asking when witnesses saw its tree',
    fails: ['SM-ACT-031'],
    parts: () => ({
      law: {
        admit: (bytes, authorities, expected, verify) => ({
          ...checkStatusToken(bytes, authorities, expected, verify),
          now: expected.now,
        }),
      },
    }),
  },
  {
    name: 'ignorant-ticket',
    says: 'takes a status token that knows fewer orders than itself',
    fails: ['SM-ACT-024'],
    parts: () => ({ law: admits('replay') }),
  },
  {
    name: 'one-clerk-ticket',
    says: 'takes a status token whoever signed it, as long as the root knows them',
    fails: ['SM-ACT-026', 'SM-ACT-027', 'SM-ACT-029'],
    parts: () => ({ law: admits('signer-set') }),
  },
  {
    name: 'strangers-ticket',
    says: 'takes a status token of anybody',
    fails: ['SM-ACT-028', 'SM-ACT-030'],
    parts: () => ({ law: admits('chain') }),
  },
  {
    name: 'clock-rollback',
    says: 'judges a status token by its own clock, which anybody can set',
    fails: ['SM-ACT-031', 'SM-CLK-007', 'SM-CLK-008'],
    parts: ({ clock }) => ({
      law: {
        admit: (bytes, authorities, expected, verify) => {
          const untimed = { ...expected, now: 0 }
          const token = checkStatusToken(bytes, authorities, untimed, verify)
          demand(token.exp >= clock(), 'token-expired', 'by the clock on the wall')
          return { ...token, now: expected.now }
        },
      },
    }),
  },
  {
    name: 'token-frees',
    says: 'takes a status token for a release',
    fails: ['SM-ACT-004'],
    parts: () => {
      let isWaved = false
      return {
        law: {
          judge: (...args) => {
            const accepted = LAW.judge(...args)
            isWaved = false
            return accepted
          },
          admit: (...args) => {
            const token = LAW.admit(...args)
            isWaved = true
            return token
          },
          gate: (...args) => {
            const screen = LAW.gate(...args)
            return isWaved && 'authority' in screen ? { kind: 'home' } : screen
          },
        },
      }
    },
  },
  {
    name: 'reset-bypass',
    says: 'is set up again by a wipe in recovery mode',
    fails: [
      'SM-ACT-001',
      'SM-ACT-002',
      'SM-ACT-008',
      'SM-ACT-020',
      'SM-ACT-021',
      'SM-ACT-022',
      'SM-ACT-023',
      'SM-ACT-024',
      'SM-ACT-025',
      'SM-ACT-026',
      'SM-ACT-027',
      'SM-ACT-028',
      'SM-ACT-029',
      'SM-ACT-030',
      'SM-ACT-031',
      'SM-CLK-007',
    ],
    parts: ({ dir }) => ({
      phone: (options) =>
        new (class extends Phone {
          override async factoryReset(how: 'menu' | 'recovery-wipe', factor?: FirstFactor) {
            const key = await readFile(keyPath(dir)).catch(() => null)
            await super.factoryReset(how, factor)
            if (key === null || how === 'menu') return
            await writeFile(keyPath(dir), key)
            await this.powerOff()
            await this.powerOn()
          }
        })(options),
    }),
  },
  {
    name: 'wizard-trick',
    says: 'takes any file where the boot key belongs for an activation',
    fails: ['SM-ACT-007', 'SM-ACT-008', 'SM-ACT-011'],
    parts: ({ dir }) => ({
      law: {
        gate: (record, activated, ...rest) =>
          LAW.gate(record, activated || existsSync(keyPath(dir)), ...rest),
      },
    }),
  },
  {
    name: 'boot-unmeasured',
    says: 'attests the image of its maker whatever was started',
    fails: ['SM-ACT-011'],
    parts: ({ stores }) => ({
      stores: storesOf(stores, (store) =>
        storeLike(store, {
          attest: ({ boot, ...said }) =>
            store.attest({ ...said, boot: { ...boot, isMakers: true } }),
        }),
      ),
    }),
  },
  {
    name: 'forgets-owner',
    says: 'forgets whose it is when it is switched off',
    fails: ['SM-ENR-002', 'SM-ENR-005', 'SM-TRF-001'],
    parts: ({ stores }) => ({ stores: forgetting(stores, { owner: null }) }),
  },
  {
    name: 'forgets-home',
    says: 'forgets which log it is at home in when it is switched off',
    fails: [
      'SM-ENR-004',
      'SM-TRF-001',
      ...[0, 1, 2, 3, 4, 5, 6].map((number) => `SM-PRT-05${number}`),
    ],
    parts: ({ stores }) => ({ stores: forgetting(stores, { home: null }) }),
  },
]

function forgetting(stores: Parameters<typeof storesOf>[0], what: Partial<StoreRecord>) {
  return storesOf(stores, (store) =>
    storeLike(store, { apply: (record, grants) => store.apply({ ...record, ...what }, grants) }),
  )
}
