import {
  RELEASE_TYPE,
  SPARE_TYPE,
  coseSign,
  encodeDocument,
  encodeMadeDevice,
  encodeOrigin,
  equal,
  madeBinding,
  releasePayload,
  sparePayload,
  statementPayload,
  thumbprint,
  type DonorStanding,
  type PartType,
  type PublicKey,
  type Signer,
} from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { leafHash } from '../log/index.ts'
import type { DonorIs, PartFrom } from './case.ts'
import type { CaseLog } from './case-log.ts'
import { pick, type Constellation } from './constellation.ts'

const HOLD_SECONDS = 72 * 3600
const FREE: DonorStanding = { state: 'protected', authority: null, index: null, until: null }

/** Another phone, which is nothing but its keys and what orders say of it. */
export interface Donor {
  readonly dak: Signer
  readonly owner: Signer
  readonly ids: { readonly dak: Uint8Array; readonly imeis: readonly []; readonly serial: string }
  standing: DonorStanding
}

/** A part that is in the suite's hands, key and all. */
export interface CraftedPart {
  readonly type: PartType
  readonly key: PublicKey
  readonly pem: string
  readonly print: Uint8Array
  readonly origin: Uint8Array
  /** The phone its maker built it into, and what binds it there; null for a spare. */
  readonly made: { readonly donor: Donor; readonly binding: Uint8Array } | null
  /** Its release has given it away before. */
  isSpent: boolean
  /** It answers in the phone it belongs to as well. */
  isCopied: boolean
}

/** The makers, the other phones and the traders of one case. */
export class PlayedParts {
  readonly #world: Constellation
  readonly #log: CaseLog
  readonly #parts = new Map<string, CraftedPart>()
  readonly #releases = new Map<string, Uint8Array>()
  readonly #lists = new Map<string, Uint8Array>()

  constructor(world: Constellation, log: CaseLog) {
    this.#world = world
    this.#log = log
  }

  /** A part with a fresh key, as a case speaks of it. */
  craft(name: string, type: PartType, from: PartFrom): CraftedPart {
    const { signer, pem } = generateEs256()
    const print = thumbprint(signer.key)
    const made = from === 'donor' ? this.#builtIn(type, print) : null
    const part: CraftedPart = {
      type,
      key: signer.key,
      pem,
      print,
      origin: made?.origin ?? this.#spare(type, signer.key, from),
      made,
      isSpent: false,
      isCopied: false,
    }
    this.#parts.set(name, part)
    return part
  }

  named(name: string): CraftedPart {
    return known(this.#parts, name)
  }

  get prints(): readonly Uint8Array[] {
    return [...this.#parts.values()].map(({ print }) => print)
  }

  /** The part of this key, if the suite made it. */
  find(print: Uint8Array): CraftedPart | undefined {
    return [...this.#parts.values()].find((part) => equal(part.print, print))
  }

  /** What becomes of the phone that has the part; an order about it is logged. */
  befall(name: string, is: DonorIs): void {
    const { made } = this.named(name)
    if (made === null) throw new Error(`${name} was built into no phone`)
    const { home } = this.#world
    const { donor } = made
    const act = is === 'held' ? 'hold' : 'lock'
    const auth = is === 'held' ? home.intake.sub : home.forceOrder.sub
    const { ids, owner } = donor
    const signers = [home.forceOrder.signer]
    const order = { act, ids, ctr: 1, auth, owner, signers, lasts: HOLD_SECONDS } as const
    if (is === 'protected' || is === 'retired') donor.standing = { ...FREE, state: is }
    else {
      const { index, exp } = this.#log.append(order)
      donor.standing = { state: is, authority: auth, index, until: is === 'held' ? exp : null }
    }
  }

  /** Gives a part away. `anybody`: another signs in the owner's place. */
  release(name: string, of: string, by: 'owner' | 'anybody'): void {
    const { made, print } = this.named(of)
    if (made === null) throw new Error(`${of} was built into no phone`)
    const { donor, binding } = made
    const isRetired = donor.standing.state === 'retired'
    const payload = releasePayload({
      donor: donor.ids.dak,
      basis: isRetired ? 'retired' : 'donor',
      parts: [{ part: print, binding }],
    })
    const owner = by === 'owner' ? donor.owner : generateEs256().signer
    const signers = isRetired ? [owner] : [donor.dak, owner]
    this.#releases.set(name, encodeDocument(coseSign(RELEASE_TYPE, payload, signers)))
  }

  releaseNamed(name: string): Uint8Array {
    return known(this.#releases, name)
  }

  keepList(name: string, list: Uint8Array): void {
    this.#lists.set(name, list)
  }

  listNamed(name: string): Uint8Array {
    return known(this.#lists, name)
  }

  #spare(type: PartType, key: PublicKey, from: PartFrom): Uint8Array {
    const { home, batchMaker } = this.#world
    if (from === 'nobody') return new Uint8Array()
    const stranger = generateEs256().signer
    const signers = { spare: home.maker.signer, 'void-batch': batchMaker, stranger } as const
    const payload = sparePayload({ type, key, madeAt: this.#log.now })
    const signer = signers[from as keyof typeof signers]
    const certificate = encodeDocument(coseSign(SPARE_TYPE, payload, [signer]))
    return encodeOrigin({ kind: 'spare', certificate })
  }

  #builtIn(type: PartType, print: Uint8Array) {
    const { world, serial } = { world: this.#world, serial: `SM${pick(this.#world.random, 1e9)}` }
    const [dak, owner] = [generateEs256().signer, generateEs256().signer]
    const device = thumbprint(dak.key)
    const imeis = [world.number()]
    const record = encodeMadeDevice({ dak: device, imeis, serial, parts: [[type, print]] })
    const payload = statementPayload({
      id: world.random(16),
      tacs: [world.tac],
      count: 1,
      root: leafHash(record),
      madeAt: this.#log.now,
    })
    const by = [world.home.maker.signer]
    const statement = encodeDocument(coseSign('application/stolen-batch+cbor', payload, by))
    const ids = { dak: device, imeis: [], serial } as const
    return {
      donor: { dak, owner, ids, standing: FREE },
      binding: madeBinding(record),
      origin: encodeOrigin({ kind: 'made', statement, record, index: 0, path: [] }),
    }
  }
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const found = map.get(name)
  if (found === undefined) throw new Error(`the case speaks of ${name} before it makes it`)
  return found
}
