import {
  Refusal,
  kidOf,
  nextState,
  parseEntry,
  parseOrder,
  toHex,
  type Act,
  type Order,
  type RefusalCode,
} from '../../../core/index.ts'
import {
  LAW,
  type Law,
  type SecureStore,
  type StoreRecord,
  type Stores,
} from '../../../device/index.ts'
import { parseProof } from '../../../log/index.ts'
import { parseBundle } from '../../../wire/index.ts'

type Judge = Law['judge']
type Admit = Law['admit']

/** Obeys a bundle without looking at anything but what its order says. */
export const believe: Judge = (bytes, trust, receiver) => {
  const bundle = parseBundle(bytes)
  const entry = parseEntry(bundle.entry)
  const order = parseOrder(entry.body.payload)
  const { index } = parseProof(bundle.proof)
  const { ctr } = receiver.device
  const device =
    order.act === 'release'
      ? { state: 'protected' as const, ctr: Math.max(ctr, order.ctr), outstanding: null }
      : nextState({ ...receiver.device, ctr: order.ctr - 1 }, order, index, entry.t)
  const { now, treeSize, owner } = receiver
  return { order, index, device, trust, now, treeSize, owner, contact: null }
}

interface Named {
  readonly order: Order
  /** Key ids that stand in its slots, hex. */
  readonly signers: ReadonlySet<string>
  /** Key id of the owner it opens; none where it opens none. */
  readonly owner: string
}

/** The order of a bundle, and who is said to have signed it. */
export function orderIn(bytes: Uint8Array): Named {
  const { body } = parseEntry(parseBundle(bytes).entry)
  const order = parseOrder(body.payload)
  const signers = new Set(body.slots.map(({ kid }) => toHex(kid)))
  return { order, signers, owner: order.okey ? toHex(kidOf(order.okey.key)) : 'none' }
}

export function isOrder(bytes: Uint8Array): boolean {
  try {
    return parseEntry(parseBundle(bytes).entry).kind === 'order'
  } catch {
    return false
  }
}

/** The law, but for some refusals: a bundle that meets one is obeyed all the same, where `where` says so. */
export function waivesWhere(
  codes: readonly RefusalCode[],
  where: (named: Named) => boolean,
): Partial<Law> {
  return {
    judge: (bytes, trust, receiver) => {
      try {
        return LAW.judge(bytes, trust, receiver)
      } catch (error) {
        if (!(error instanceof Refusal) || !codes.includes(error.code)) throw error
        if (!where(orderIn(bytes))) throw error
        return believe(bytes, trust, receiver)
      }
    },
  }
}

/** The same for all orders, or for those of one act. */
export function waives(codes: readonly RefusalCode[], act?: Act): Partial<Law> {
  return waivesWhere(codes, ({ order }) => act === undefined || order.act === act)
}

/** The law, with what it is told bent before it judges. */
export function judges(bend: (...args: Parameters<Judge>) => Parameters<Judge>): Partial<Law> {
  return { judge: (...args) => LAW.judge(...bend(...args)) }
}

/** The law of status tokens, but for some refusals. */
export function admits(...codes: readonly RefusalCode[]): Partial<Law> {
  return {
    admit: (...args: Parameters<Admit>) => {
      try {
        return LAW.admit(...args)
      } catch (error) {
        if (!(error instanceof Refusal) || !codes.includes(error.code)) throw error
        const { dak, nonce, ctr, treeSize, now } = args[2]
        return { dak, state: 'protected', ctr, treeSize, root: dak, nonce, exp: now, now }
      }
    },
  }
}

/** Stores whose every store is another one, made of a sound one. */
export function storesOf(real: Stores, change: (store: SecureStore) => SecureStore): Stores {
  return {
    make: (dir, factory) => real.make(dir, factory),
    open: async (dir) => {
      const store = await real.open(dir)
      return store && change(store)
    },
  }
}

/** A store that does all as `real` does, but for what is given. */
export function storeLike(real: SecureStore, other: Partial<SecureStore>): SecureStore {
  return {
    kind: real.kind,
    dak: real.dak,
    factory: real.factory,
    read: () => real.read(),
    apply: (record: StoreRecord, grants) => real.apply(record, grants),
    seal: (key) => real.seal(key),
    unseal: (sealed, record) => real.unseal(sealed, record),
    sign: (message) => real.sign(message),
    attest: (attestation) => real.attest(attestation),
    close: () => real.close(),
    ...other,
  }
}
