import {
  coseSign,
  deviceCommitment,
  encodeEntry,
  encodeOpening,
  orderPayload,
  ownerCommitment,
  type Act,
  type CoseSign,
  type DeviceIds,
  type Order,
  type Signer,
} from '../core/index.ts'
import type { NoteSigner } from '../host/index.ts'
import {
  EMPTY_EDGE,
  appendLeaves,
  cosign,
  edgeRoot,
  formatNote,
  formatProof,
  inclusionProof,
  leafHash,
  parseNote,
  signCheckpoint,
  tilePath,
} from '../log/index.ts'
import { pick, type Constellation } from './constellation.ts'

const HOUR = 3600

/** What an order says beyond its act, and who signs it. */
export interface Wanted {
  readonly act: Act
  readonly ids: DeviceIds
  readonly ctr: number
  readonly of?: number
  readonly lasts?: number
  readonly signers: readonly Signer[]
  readonly auth: string
  /** Key of the owner the order commits to, or is undone by. */
  readonly owner: Signer
}

/** A leaf about a device, and what opens it. */
export interface Logged {
  readonly index: number
  readonly entry: Uint8Array
  readonly opening: Uint8Array
  readonly exp: number
}

/** Who vouches for a checkpoint, and when. */
export interface Vouching {
  readonly log: NoteSigner
  readonly witnesses: readonly NoteSigner[]
  readonly guardians: readonly NoteSigner[]
  /** Unix seconds. */
  readonly time: number
}

/** The log of one case, on from the beginning that all logs of a run have. */
export class CaseLog {
  readonly #world: Constellation
  readonly #entries: Uint8Array[]
  readonly #leaves: Uint8Array[]
  readonly #ownerSalt: Uint8Array
  /** Unix seconds: the sequencer's and the cosigners' clock. */
  now: number

  constructor(world: Constellation) {
    this.#world = world
    this.#ownerSalt = world.random(32)
    this.now = world.founded + pick(world.random, 30 * 86_400)
    this.#entries = [...world.beginning]
    this.#leaves = this.#entries.map((entry) => leafHash(entry))
  }

  get size(): number {
    return this.#entries.length
  }

  /** Signs and logs an order. */
  append(wanted: Wanted): Logged {
    const { random } = this.#world
    const { act, ids, ctr, signers, auth, lasts = HOUR } = wanted
    const salt = random(32)
    const oid = random(16)
    const exp = this.now + lasts
    const order: Order = {
      act,
      oid,
      auth,
      dev: deviceCommitment(salt, ids),
      ctr,
      nbf: this.now - 60,
      exp,
      ...this.#fields(wanted),
    }
    const body = coseSign('application/stolen-order+cbor', orderPayload(order), signers)
    const entry = this.log('order', body)
    return { index: this.size - 1, entry, opening: encodeOpening({ oid, salt, ids }), exp }
  }

  /** What would be a leaf, and is none. */
  unlogged(kind: 'order' | 'batch', body: CoseSign): Uint8Array {
    return encodeEntry({ kind, t: this.now * 1000, body })
  }

  /** A signed document becomes a leaf. @returns the entry */
  log(kind: 'order' | 'batch', body: CoseSign): Uint8Array {
    const entry = this.unlogged(kind, body)
    this.#entries.push(entry)
    this.#leaves.push(leafHash(entry))
    return entry
  }

  /** Of the tree as it is. */
  get root(): Uint8Array {
    return edgeRoot(appendLeaves(EMPTY_EDGE, this.#leaves).edge)
  }

  /** The tree as it is, signed and cosigned. */
  checkpoint({ log, witnesses, guardians, time }: Vouching): string {
    const head = { origin: log.key.name, size: this.size, root: this.root }
    const note = parseNote(signCheckpoint(head, log.key, log.sign))
    const lines = [...witnesses, ...guardians].map((cosigner) =>
      cosign({ ...cosigner, text: note.text, timeSeconds: time }),
    )
    return formatNote({ ...note, signatures: [...note.signatures, ...lines] })
  }

  /** tlog-proof of a leaf under the tree as it is. */
  async prove(index: number, vouching: Vouching): Promise<string> {
    const { tiles } = appendLeaves(EMPTY_EDGE, this.#leaves)
    const files = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
    const readTile = (tile: Parameters<typeof tilePath>[0]) =>
      Promise.resolve(files.get(tilePath(tile))!)
    const hashes = await inclusionProof(index, this.size, readTile)
    return formatProof({ extra: null, index, hashes, checkpoint: this.checkpoint(vouching) })
  }

  #fields({ act, of, owner }: Wanted): Partial<Order> {
    const hash = this.#world.random(32)
    const named = of === undefined ? {} : { of }
    const okc = ownerCommitment(this.#ownerSalt, owner.key)
    const okey = { salt: this.#ownerSalt, key: owner.key }
    const fields: Readonly<Record<Act, Partial<Order>>> = {
      hold: { own: ['card', hash], why: 1, okc },
      lock: { case: hash, own: ['in-person', hash], why: 1, okc, ...named },
      found: { case: hash, cus: hash, cc: 'ZZ', ...named },
      release: { to: 1, okey, ...named },
      retire: { why: 1, okey, ...named },
    }
    return fields[act]
  }
}
