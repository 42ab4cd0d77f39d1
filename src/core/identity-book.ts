import { toHex } from './bytes.ts'
import { chainOf } from './chain.ts'
import type { CheckedIdentity } from './check-identity.ts'
import type { IdentityRecord } from './identity-record.ts'

/** One identity record of the log, as far as others depend on it. */
export interface BookedIdentity {
  readonly index: number
  /** Log time in ms. */
  readonly t: number
  readonly record: IdentityRecord
  /** Name of the authority of slot 1. */
  readonly auth: string
  /** Key ids of the chains of all slots. */
  readonly kids: readonly Uint8Array[]
  readonly subs: ReadonlySet<string>
  isVoid: boolean
}

/** Which identity records stand, found again after any of them has become void. */
export class IdentityBook {
  readonly #records = new Map<number, BookedIdentity>()
  readonly #endedBy = new Map<number, BookedIdentity[]>()
  readonly #byKey = new Map<string, BookedIdentity[]>()
  readonly #commitments = new Set<string>()

  add(index: number, { record, t, links, subs }: CheckedIdentity): void {
    const kids = links.flatMap((link) => chainOf(link)).map(({ kid }) => kid)
    const auth = links[0]!.cert.sub
    const booked = { index, t, record, auth, kids, subs, isVoid: false }
    this.#records.set(index, booked)
    this.#commitments.add(toHex(record.com))
    if (record.of !== null) append(this.#endedBy, record.of, booked)
    for (const id of new Set(kids.map((kid) => toHex(kid)))) append(this.#byKey, id, booked)
  }

  /** The conflict or pair at this leaf while it counts; when a pair is over by itself, its reader judges. */
  standing(index: number): BookedIdentity | undefined {
    const booked = this.#records.get(index)
    if (booked === undefined || booked.isVoid || booked.record.type === 'end') return undefined
    const isEnded = this.#endedBy.get(index)?.some(({ isVoid }) => !isVoid) ?? false
    return isEnded ? undefined : booked
  }

  /** Whether any end named it, void by now or not. */
  wasEnded(index: number): boolean {
    return this.#endedBy.has(index)
  }

  isVoid(index: number): boolean {
    return this.#records.get(index)?.isVoid ?? false
  }

  setVoid(index: number, isVoid: boolean): void {
    this.#records.get(index)!.isVoid = isVoid
  }

  /** Whether a record of this log has this commitment: each has its own. */
  has(com: Uint8Array): boolean {
    return this.#commitments.has(toHex(com))
  }

  /** Records with this key in one of their chains, in log order. */
  under(kid: Uint8Array): readonly BookedIdentity[] {
    return this.#byKey.get(toHex(kid)) ?? []
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
