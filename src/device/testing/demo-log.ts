import {
  batchPayload,
  coseSign,
  deviceCommitment,
  encodeDocument,
  encodeEntry,
  encodeOpening,
  encodeSale,
  orderPayload,
  ownerCommitment,
  parseDocument,
  parseRoot,
  parseTac,
  rootPayload,
  saltedRecord,
  signAcceptance,
  signOffer,
  type Act,
  type CoseSign,
  type DeviceIds,
  type Order,
  type Signer,
} from '../../core/index.ts'
import {
  DEMO_COUNTRY,
  certificatesOf,
  foundWorld,
  generateNoteSigner,
  machine,
  type FoundedCountry,
  type Founding,
  type NoteSigner,
} from '../../host/index.ts'
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
} from '../../log/index.ts'
import { encodeBundle, encodeSaleProof, type Bundle, type SaleProof } from '../../wire/index.ts'

export const TAC = '00101701'
const HOUR = 3600
const SALT_BYTES = 32

/** What an order needs beyond its act. */
export interface Wanted {
  readonly ctr: number
  readonly of?: number
  readonly owner?: Signer
  /** Unix seconds after the log's time. */
  readonly lasts?: number
  /** Instead of those the law wants. */
  readonly signers?: readonly Signer[]
}

/** What may be wrong with a bundle. */
export interface Bending {
  readonly witnesses?: number
  readonly guardians?: number
  /** Bends the order's document before it is logged. */
  readonly change?: (bundle: Bundle) => Bundle
}

/** Who has seen a tree, and when (Unix seconds). */
interface Cosigned extends Pick<Bending, 'witnesses' | 'guardians'> {
  readonly at?: number
}

/** Who sells to whom, and what may be wrong with it. */
export interface Sold {
  readonly seller?: Signer
  readonly buyer: Signer
  readonly dak: Uint8Array
  /** Signs the offer in the seller's place. */
  readonly offeredBy?: Signer
  /** Records it in the registry's place. */
  readonly recorder?: Signer
  readonly witnesses?: number
  /** Bends the proof. */
  readonly change?: (proof: SaleProof) => SaleProof
}

interface Logged {
  readonly index: number
  readonly opening: Uint8Array
}

/** A real log in memory: founded, signed, cosigned, with the order a test asks for. */
export class DemoLog {
  readonly founding: Founding
  /** Another country under the same root, with a log of its own. */
  readonly abroad: FoundedCountry & { readonly origin: string }
  readonly owner: Signer
  readonly #log: NoteSigner
  readonly #witnesses: readonly NoteSigner[]
  readonly #guardians: readonly NoteSigner[]
  readonly #entries: Uint8Array[] = []
  readonly #ownerSalt = machine.random(SALT_BYTES)
  /** Unix seconds: the sequencer's and the cosigners' clock. */
  now = 1_800_000_000

  constructor(owner: Signer, origin = 'log.example/zz') {
    this.owner = owner
    const cosigner = (name: string) => generateNoteSigner(`${name}.example`, 4).signer
    this.#log = generateNoteSigner(origin, 1).signer
    this.#witnesses = ['w1', 'w2', 'w3'].map(cosigner)
    this.#guardians = ['g1', 'g2', 'g3'].map(cosigner)
    const member = ({ key }: NoteSigner) => {
      const name = key.name.split('.')[0]!
      return { name, key, url: `http://${name}.invalid` }
    }
    const abroad = generateNoteSigner('log.example/xa', 1).signer
    const people = { capPerHour: 10, officers: 2, operators: 1, tacs: [parseTac(TAC)] }
    const { countries, ...roots } = foundWorld({
      now: this.now,
      countries: [
        {
          ...people,
          country: DEMO_COUNTRY,
          log: { key: this.#log.key, url: 'http://log.invalid' },
        },
        { ...people, country: 'XA', log: { key: abroad.key, url: 'http://abroad.invalid' } },
      ],
      witnesses: this.#witnesses.map(member),
      guardians: this.#guardians.map(member),
    })
    const [own] = countries
    // No more than fits a bundle: this log is the own country's affair alone.
    this.founding = { ...own!, ...roots, certificates: certificatesOf(own!) }
    this.abroad = { ...countries[1]!, origin: abroad.key.name }
    for (const document of this.founding.certificates)
      this.#append('certificate', parseDocument(document, 'application/stolen-cert+cbor'))
  }

  get size(): number {
    return this.#entries.length
  }

  get origin(): string {
    return this.#log.key.name
  }

  /** The founding root document under another version, signed by the root keys. */
  rootOf(version: number): Uint8Array {
    const type = 'application/stolen-root+cbor'
    const root = { ...parseRoot(parseDocument(this.founding.root, type).payload), version }
    const signers = this.founding.rootKeys.slice(0, 3).map(({ signer }) => signer)
    return encodeDocument(coseSign(type, rootPayload(root), signers))
  }

  /** Logs an order about a device. */
  order(act: Act, ids: DeviceIds, wanted: Wanted): Logged {
    const salt = machine.random(SALT_BYTES)
    const oid = machine.random(16)
    const signers = wanted.signers ?? this.#signers(act)
    const order: Order = {
      act,
      oid,
      auth: act === 'hold' ? this.founding.intake.sub : this.founding.forceOrder.sub,
      dev: deviceCommitment(salt, ids),
      ctr: wanted.ctr,
      nbf: this.now - 60,
      exp: this.now + (wanted.lasts ?? HOUR),
      ...this.#fields(act, wanted),
    }
    const body = coseSign('application/stolen-order+cbor', orderPayload(order), signers)
    return { index: this.#append('order', body), opening: encodeOpening({ oid, salt, ids }) }
  }

  /** An order and, at once, the bundle that proves it. */
  async issue(act: Act, ids: DeviceIds, wanted: Wanted, bending: Bending = {}) {
    const logged = this.order(act, ids, wanted)
    return { index: logged.index, bundle: await this.bundle(logged, bending) }
  }

  /** Logs a sale and proves it. */
  async sell(sold: Sold): Promise<{ readonly index: number; readonly proof: Uint8Array }> {
    const { seller = this.owner, buyer, dak, offeredBy = seller } = sold
    const nonce = machine.random(SALT_BYTES)
    const terms = { dak, nonce, from: this.now - HOUR, exp: this.now + HOUR }
    const record = encodeSale({
      offer: signOffer(terms, offeredBy),
      acceptance: signAcceptance({ dak, nonce, key: buyer.key }, buyer),
      seller: seller.key,
    })
    const salt = machine.random(SALT_BYTES)
    const root = leafHash(saltedRecord(salt, record))
    const batch = batchPayload({ type: 'sales', count: 1, root })
    const { recorder = this.founding.registry[0].signer } = sold
    const body = coseSign('application/stolen-batch+cbor', batch, [recorder])
    const index = this.#append('batch', body)
    const proof: SaleProof = {
      salt,
      record,
      entry: this.#entries[index]!,
      certificates: this.founding.certificates,
      proof: await this.#proof(index, { ...(sold.witnesses && { witnesses: sold.witnesses }) }),
      roots: [],
    }
    return { index, proof: encodeSaleProof(sold.change ? sold.change(proof) : proof) }
  }

  /** The offline proof of a logged order, cosigned now. */
  async bundle({ index, opening }: Logged, bending: Bending = {}): Promise<Uint8Array> {
    const bundle: Bundle = {
      entry: this.#entries[index]!,
      certificates: this.founding.certificates,
      proof: await this.#proof(index, bending),
      opening,
      roots: [],
      earlier: [],
    }
    return encodeBundle(bending.change ? bending.change(bundle) : bundle)
  }

  /** The tree as it is, signed and cosigned at that time. */
  checkpoint({ witnesses = 3, guardians = 3, at = this.now }: Cosigned = {}): string {
    const head = { origin: this.#log.key.name, size: this.size, root: this.root }
    const note = parseNote(signCheckpoint(head, this.#log.key, this.#log.sign))
    const cosigners = [
      ...this.#witnesses.slice(0, witnesses),
      ...this.#guardians.slice(0, guardians),
    ]
    const lines = cosigners.map((cosigner) =>
      cosign({ ...cosigner, text: note.text, timeSeconds: at }),
    )
    return formatNote({ ...note, signatures: [...note.signatures, ...lines] })
  }

  #leaves(): readonly Uint8Array[] {
    return this.#entries.map((entry) => leafHash(entry))
  }

  /** Its root. */
  get root(): Uint8Array {
    return edgeRoot(appendLeaves(EMPTY_EDGE, this.#leaves()).edge)
  }

  #fields(act: Act, { of, owner = this.owner }: Wanted): Partial<Order> {
    const hash = machine.random(32)
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

  #signers(act: Act): readonly Signer[] {
    const { forceOrder, intake, officers } = this.founding
    const force = forceOrder.signer
    const [first, second] = officers.map(({ signer }) => signer)
    const signers: Readonly<Record<Act, readonly Signer[]>> = {
      hold: [intake.signer],
      lock: [force, first!, second!],
      found: [force, first!],
      release: [force, this.owner],
      retire: [force, this.owner],
    }
    return signers[act]
  }

  #append(kind: 'order' | 'certificate' | 'batch', body: CoseSign): number {
    this.#entries.push(encodeEntry({ kind, t: this.now * 1000, body }))
    return this.size - 1
  }

  async #proof(index: number, bending: Bending): Promise<string> {
    const { tiles } = appendLeaves(EMPTY_EDGE, this.#leaves())
    const files = new Map(tiles.map((tile) => [tilePath(tile), tile.bytes]))
    const hashes = await inclusionProof(index, this.size, async (tile) =>
      files.get(tilePath(tile))!,
    )
    return formatProof({ extra: null, index, hashes, checkpoint: this.checkpoint(bending) })
  }
}
