import { decode } from 'cborg'
import { demand, encodeCbor, type CborValue } from '../../../core/index.ts'
import { LAW, Phone } from '../../../device/index.ts'
import { believe, isOrder, judges, orderIn, waives, waivesWhere } from './faults.ts'
import type { BrokenDevice } from './parts.ts'

/** The one spelling of what was spelled in another way; what is no CBOR stays as it is. */
function respelled(bytes: Uint8Array): Uint8Array {
  try {
    return encodeCbor(decode(bytes, { useMaps: true }) as CborValue)
  } catch {
    return bytes
  }
}

/** Wrong about which orders to obey. */
export const BROKEN_ORDERS: readonly BrokenDevice[] = [
  {
    name: 'plain-quorum-lock',
    says: 'takes a lock that no guardian has vouched for',
    fails: ['SM-ORD-010', 'SM-ORD-011', 'SM-ORD-035'],
    parts: () => ({
      law: judges((bytes, trust, receiver) => [
        bytes,
        { ...trust, guarded: trust.plain },
        receiver,
      ]),
    }),
  },
  {
    name: 'witness-blind',
    says: 'takes whatever the log has signed, however few have seen it',
    fails: ['SM-ORD-014', 'SM-ORD-045'],
    parts: () => ({ law: waives(['witness-quorum']) }),
  },
  {
    name: 'one-officer-lock',
    says: 'takes a lock that one officer signed',
    fails: ['SM-ORD-012', 'SM-ORD-013'],
    parts: () => ({
      law: waivesWhere(
        ['signer-set'],
        ({ order, signers }) => order.act === 'lock' && signers.size < 3,
      ),
    }),
  },
  {
    name: 'unsigned-lock',
    says: 'looks whose key is named, and not whether it signed',
    fails: ['SM-ORD-016', 'SM-ORD-043'],
    parts: () => ({ law: waives(['signature']) }),
  },
  {
    name: 'anybodys-lock',
    says: 'takes an order whose signers no root has certified',
    fails: ['SM-ORD-017', 'SM-ORD-018'],
    parts: () => ({ law: waives(['chain']) }),
  },
  {
    name: 'secret-lock',
    says: 'takes an order that never stood in the log',
    fails: ['SM-ORD-020', 'SM-ORD-036'],
    parts: () => ({ law: waives(['not-included']) }),
  },
  {
    name: 'any-log',
    says: 'takes an order of any log that some policy names',
    fails: ['SM-ORD-024'],
    parts: () => ({
      law: judges((bytes, trust, receiver) => [bytes, trust, { ...receiver, home: null }]),
    }),
  },
  {
    name: 'log-by-name',
    says: 'knows its log by the name, and not by the key',
    fails: ['SM-ORD-023'],
    parts: () => ({ law: waives(['log-signature']) }),
  },
  {
    name: 'others-lock',
    says: 'takes an order about another phone',
    fails: ['SM-ORD-025', 'SM-ORD-026', 'SM-ORD-044'],
    parts: () => ({ law: waives(['not-this-device']) }),
  },
  {
    name: 'any-root',
    says: 'takes a root document that its predecessor has not signed',
    fails: ['SM-ORD-028'],
    parts: () => ({ law: waives(['root-threshold']) }),
  },
  {
    name: 'lenient-parser',
    says: 'takes what is spelled in another way than the one',
    fails: ['SM-ORD-030'],
    parts: () => ({
      phone: (options) =>
        new (class extends Phone {
          override receive(bundle: Uint8Array) {
            return super.receive(respelled(bundle))
          }
        })(options),
    }),
  },
  {
    name: 'counter-ignored',
    says: 'obeys an order again that it has obeyed before',
    fails: ['SM-ORD-050', 'SM-ORD-051'],
    parts: () => ({
      law: judges((bytes, trust, receiver) => {
        if (!isOrder(bytes)) return [bytes, trust, receiver]
        const ctr = Math.min(receiver.device.ctr, orderIn(bytes).order.ctr - 1)
        return [bytes, trust, { ...receiver, device: { ...receiver.device, ctr } }]
      }),
    }),
  },
  {
    name: 'replayed-release',
    says: 'is freed by any release there ever was about it',
    fails: ['SM-ORD-051', 'SM-ORD-052'],
    parts: () => ({ law: waives(['replay', 'of-mismatch'], 'release') }),
  },
  {
    name: 'owner-only-release',
    says: 'is freed by its owner alone',
    fails: ['SM-ORD-041'],
    parts: () => ({
      law: waivesWhere(
        ['signer-set', 'chain'],
        ({ order, signers, owner }) =>
          order.act === 'release' && signers.size === 1 && signers.has(owner),
      ),
    }),
  },
  {
    name: 'police-only-release',
    says: 'is freed by the police alone',
    fails: ['SM-ORD-040'],
    parts: () => ({
      law: waivesWhere(
        ['signer-set'],
        ({ order, signers, owner }) =>
          order.act === 'release' && signers.size === 1 && !signers.has(owner),
      ),
    }),
  },
  {
    name: 'any-owner-release',
    says: 'is freed with the key of any owner',
    fails: ['SM-ORD-042', 'SM-TRF-007'],
    parts: () => ({ law: waives(['owner-key'], 'release') }),
  },
  {
    name: 'guarded-release',
    says: 'wants guardians for a release, so that force could keep what it took',
    fails: ['SM-ORD-008'],
    parts: () => ({
      law: judges((bytes, trust, receiver) => [
        bytes,
        { ...trust, plain: trust.guarded },
        receiver,
      ]),
    }),
  },
  {
    name: 'retired-not-for-ever',
    says: 'comes back from retirement',
    fails: ['SM-ORD-005'],
    parts: () => ({
      law: {
        judge: (bytes, trust, receiver) => {
          if (receiver.device.state !== 'retired') return LAW.judge(bytes, trust, receiver)
          return believe(bytes, trust, receiver)
        },
      },
    }),
  },
  {
    name: 'expires-late-lock',
    says: 'refuses a lock that reaches it after its time',
    fails: ['SM-OFF-003'],
    parts: () => ({
      law: {
        judge: (bytes, trust, receiver) => {
          const accepted = LAW.judge(bytes, trust, receiver)
          const { act, exp } = accepted.order
          demand(act !== 'lock' || accepted.now <= exp, 'expired', 'too late')
          return accepted
        },
      },
    }),
  },
  {
    name: 'lapsed-hold',
    says: 'obeys a hold that has lapsed',
    fails: ['SM-CLK-009'],
    parts: () => ({ law: waives(['expired'], 'hold') }),
  },
]
