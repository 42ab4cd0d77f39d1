import { RULES, type SlotSigner } from './acts.ts'
import { toHex } from './bytes.ts'
import { chainOf, type Authorities, type Link } from './chain.ts'
import type { DeviceIds } from './commitment.ts'
import type { VerifyEs256 } from './crypto.ts'
import type { Entry } from './entry.ts'
import { tacOf } from './imei.ts'
import { parseOrder, type Order } from './order.ts'
import { demand } from './refusal.ts'
import { holder, verifyAt } from './verify-at.ts'

/** An order whose chain, signatures, fields and window hold. Which device it means is another question. */
export interface CheckedOrder {
  readonly order: Order
  /** Log time in ms. */
  readonly t: number
  /** Names in the chains of all slots, once each: whose caps it uses up. */
  readonly subs: ReadonlySet<string>
  readonly links: readonly Link[]
}

/**
 * Everything about an order that stands in the log itself, at leaf `index`, in the order of the
 * bundle's steps 8 to 13. `parsed` is its payload, from whoever has read that already.
 * @throws {Refusal} chain, cert-time, distrusted, scope, signer-set, alg, signature, assertion, fields, window
 */
export function checkOrder(
  entry: Entry,
  index: number,
  authorities: Authorities,
  verify: VerifyEs256,
  parsed?: Order,
): CheckedOrder {
  demand(entry.kind === 'order', 'unknown-kind', 'expected an order')
  const order = parsed ?? parseOrder(entry.body.payload)
  const links = chainsOf(entry, order, index, authorities)
  checkSigners(entry, order, links)
  verifySignatures(entry, order, links, authorities, verify)
  checkAuthority(order, links)
  checkWindow(order, entry.t, authorities)
  return checkedOrder(order, entry.t, links)
}

/** What the checks of an order leave behind. Only whoever made them all may call it. */
export function checkedOrder(order: Order, t: number, links: readonly Link[]): CheckedOrder {
  const subs = new Set(links.flatMap((link) => chainOf(link)).map((link) => link.cert.sub))
  return { order, t, subs, links }
}

/**
 * The chains of all slots that a certificate stands behind, in slot order. Whose slot is whose is
 * known only where there are as many as the act has.
 * @throws {Refusal} signer-set; chain, cert-time, distrusted
 */
export function chainsOf(
  entry: Entry,
  order: Order,
  index: number,
  authorities: Authorities,
): readonly Link[] {
  const { slots } = RULES[order.act]
  demand(
    entry.body.slots.length === slots.length,
    'signer-set',
    `${order.act} needs ${slots.length} signatures`,
  )
  return slots.flatMap((signer, i) =>
    signer === 'owner' ? [] : [authorities.signer(entry.body.slots[i]!.kid, entry.t, index)],
  )
}

/**
 * Exactly the act's slots: which roles, different people and keys, all entitled.
 * @throws {Refusal} signer-set, scope
 */
export function checkSigners(entry: Entry, order: Order, links: readonly Link[]): void {
  const { slots } = RULES[order.act]
  const certified = slots.filter((signer) => signer !== 'owner')
  for (const [i, signer] of certified.entries()) checkRole(links[i]!, signer)
  const officers = links.filter((link) => link.cert.role === 'officer')
  for (const officer of officers)
    demand(officer.cert.iss === links[0]!.cert.sub, 'signer-set', 'an officer of another force')
  demand(
    new Set(officers.map((link) => link.cert.sub)).size === officers.length,
    'signer-set',
    'one officer signed twice',
  )
  const kids = new Set(entry.body.slots.map((slot) => toHex(slot.kid)))
  demand(kids.size === slots.length, 'signer-set', 'one key signed twice')
  checkScope(links, order)
}

function checkRole({ cert }: Link, signer: Exclude<SlotSigner, 'owner'>): void {
  demand(signer.roles.includes(cert.role), 'signer-set', `${cert.role} does not sign here`)
  demand(cert.use !== 'issue', 'signer-set', "a force's issuing key signs no orders")
}

function checkScope(links: readonly Link[], order: Order): void {
  for (const { cert } of links.flatMap((link) => chainOf(link)))
    demand(cert.scope.acts.includes(order.act), 'scope', `${cert.sub} may not ${order.act}`)
}

/** Every slot, by the key the chain or the order gives it. @throws {Refusal} signer-set, signature, assertion */
export function verifySignatures(
  entry: Entry,
  order: Order,
  links: readonly Link[],
  authorities: Authorities,
  verify: VerifyEs256,
): void {
  for (const [i, signer] of RULES[order.act].slots.entries()) {
    const by =
      signer === 'owner' ? order.okey && { key: order.okey.key, role: signer } : holder(links[i]!)
    demand(by !== undefined, 'signer-set', 'the order names no owner key')
    verifyAt(entry, i, by, { authorities, verify })
  }
}

/** @throws {Refusal} fields: it speaks for another authority than its first signer */
export function checkAuthority(order: Order, links: readonly Link[]): void {
  demand(
    order.auth === links[0]!.cert.sub,
    'fields',
    'the order names another authority than its first signer',
  )
}

/** Logged in its time, `t` in ms, under a root that still orders. @throws {Refusal} window, cert-time */
export function checkWindow(order: Order, t: number, authorities: Authorities): void {
  const seconds = Math.floor(t / 1000)
  demand(order.nbf <= seconds && seconds <= order.exp, 'window', 'logged outside its validity')
  const stopped = RULES[order.act].quorum === 'guarded' && seconds > authorities.root.expires
  demand(!stopped, 'cert-time', 'the root document has expired')
}

/** A maker-bound authority touches only its own models. @throws {Refusal} scope */
export function checkModels(links: readonly Link[], ids: Pick<DeviceIds, 'imeis'>): void {
  for (const { cert } of links.flatMap((link) => chainOf(link))) {
    const { tacs } = cert.scope
    if (tacs)
      demand(
        ids.imeis.length > 0 && ids.imeis.every((imei) => tacs.includes(tacOf(imei))),
        'scope',
        `${cert.sub} has no authority over this model`,
      )
  }
}
