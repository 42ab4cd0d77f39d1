import { Refusal, fromBase64, thumbprint, type RefusalCode } from '../core/index.ts'
import { parseProof } from '../log/index.ts'
import {
  parseBundle,
  parseSaleProof,
  readTrust,
  verifyObeyed,
  type Accepted,
  type Receiver,
  type Trust,
} from '../wire/index.ts'
import type { Inside } from './inside.ts'
import { obey } from './obey.ts'
import { tryWords } from './owner-words.ts'
import { takeOwner } from './ownership.ts'

export interface Synced {
  /** Orders and changes of owner obeyed. */
  readonly obeyed: number
  readonly refused: readonly RefusalCode[]
}

/**
 * Judges a bundle and, if it is good, obeys: persisted first, then obeyed, then acknowledged.
 * @throws {Refusal} a code of `verifyForDevice`; store; unavailable: switched off
 */
export function receive(inside: Inside, bundle: Uint8Array): Promise<Accepted> {
  const { memory, verify, options, law } = inside
  return memory.inTurn(async () => {
    inside.demandOn()
    const { store, known } = memory
    const trust = readTrust(known.root, verify)
    const receiver = {
      dak: thumbprint(store.dak),
      device: known.device,
      owner: known.owner,
      now: known.now,
      treeSize: known.treeSize,
      home: known.home?.log ?? null,
    }
    let accepted: Accepted
    try {
      accepted = law.judge(bundle, trust, receiver)
    } catch (error) {
      if (isReplay(error)) await takeGrants(inside, bundle, trust, receiver)
      throw error
    }
    await memory.persist(obey(known, bundle, accepted), parseBundle(bundle).grants)
    await inside.settle()
    const { order, index } = accepted
    options.logger.info({ act: order.act, authority: order.auth, index }, 'obeyed')
    return accepted
  })
}

const isReplay = (error: unknown) => error instanceof Refusal && error.code === 'replay'

/**
 * Grants may be lost on the way while their order is obeyed. When the bundle of that very order comes
 * again, the store is offered them; the order stays what it is, a replay, and renews nothing.
 * @throws {Refusal} as `verifyObeyed`; store
 */
async function takeGrants(
  { memory, activation }: Inside,
  bundle: Uint8Array,
  trust: Trust,
  receiver: Receiver,
): Promise<void> {
  const { grants } = parseBundle(bundle)
  const { record } = memory
  if (grants === undefined || record === null) return
  const obeyed = [record.last, record.device.outstanding].flatMap((order) => order?.index ?? [])
  verifyObeyed(bundle, trust, receiver, obeyed)
  await memory.persist(record, grants)
  await activation.look()
}

/** Asks for its orders and owners and judges each. @throws {Refusal} unavailable, timeout, store … */
export async function sync(inside: Inside): Promise<Synced> {
  const { memory, registry } = inside
  inside.demandOn()
  await memory.inTurn(() => inside.keepLapse())
  await memory.inTurn(() => inside.fitting.checkIfDue())
  const nonce = await registry.nonce()
  const { roots, bundles, sales, notice, words, again } = await registry.status(
    await inside.attest(nonce),
  )
  inside.showNotice(notice)
  await memory.inTurn(() => inside.walk(roots))
  const refused: RefusalCode[] = []
  for (const take of inLogOrder(inside, bundles, sales)) {
    try {
      await take()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      inside.warn('bundle refused', error)
      refused.push(error.code)
    }
  }
  if (words !== null) await tryWords(inside, words)
  if (again !== null) await tryAgain(inside, fromBase64(again))
  return { obeyed: bundles.length + sales.length - refused.length, refused }
}

/** Grants that come late, with an order that is obeyed already: of a refusal nobody else need hear. */
async function tryAgain(inside: Inside, bundle: Uint8Array): Promise<void> {
  try {
    await receive(inside, bundle)
  } catch (error) {
    if (!isReplay(error)) inside.warn('grants refused', error)
  }
}

/** An order names the owner of its time: it is judged after the sales before it. */
function inLogOrder(
  inside: Inside,
  bundles: readonly string[],
  sales: readonly string[],
): (() => Promise<unknown>)[] {
  const orders = bundles.map((text) => ({
    index: indexOf(() => parseBundle(fromBase64(text)).proof),
    take: () => receive(inside, fromBase64(text)),
  }))
  const sold = sales.map((text) => ({
    index: indexOf(() => parseSaleProof(fromBase64(text)).proof),
    take: () => takeOwner(inside, fromBase64(text)),
  }))
  return [...sold, ...orders].toSorted((a, b) => a.index - b.index).map(({ take }) => take)
}

/** What cannot be read is refused in its turn, whenever that is. */
function indexOf(proofIn: () => string): number {
  try {
    return parseProof(proofIn()).index
  } catch (error) {
    if (error instanceof Refusal) return 0
    throw error
  }
}

/** The same, where a failure is nobody's to hear of. */
export async function trySync(inside: Inside): Promise<void> {
  try {
    await sync(inside)
  } catch (error) {
    inside.warn('no sync', error)
  }
}
