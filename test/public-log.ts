import {
  encodeDocument,
  encodeOpening,
  type DeviceIds,
  type Order,
  type RootDocument,
} from '../src/core/index.ts'
import {
  generateNoteSigner,
  policyText,
  verifyEd25519,
  type NoteSigner,
} from '../src/host/index.ts'
import {
  COSIGNATURE,
  ED25519,
  cosign,
  formatCheckpoint,
  formatNote,
  formatProof,
  leafHash,
  nodeHash,
  signText,
} from '../src/log/index.ts'
import { encodeBundle, trustOf, type Bundle, type Trust } from '../src/wire/index.ts'
import { Country, DEVICE, SALT, T0, signOrder, verify } from './law.ts'

const URL = 'http://127.0.0.1'
const cosigners = (kind: string) =>
  [1, 2, 3].map((n) => generateNoteSigner(`${kind}-${n}.example`, COSIGNATURE).signer)

/** How a proof may be spoiled before it is written. */
export interface Proving {
  readonly witnesses?: readonly NoteSigner[]
  readonly guardians?: readonly NoteSigner[]
  readonly log?: NoteSigner
  /** Unix seconds at which all cosign. */
  readonly time?: number
  readonly index?: number
}

/** A country whose orders stand in a log with three witnesses and three guardians. */
export class PublicLog {
  readonly log = generateNoteSigner('log.example/zz', ED25519).signer
  readonly witnesses = cosigners('witness')
  readonly guardians = cosigners('guardian')
  readonly country: Country
  readonly trust: Trust

  constructor(changes: Partial<RootDocument> = {}) {
    const member = ({ key }: NoteSigner) => ({ name: key.name, key, url: URL })
    const policy = {
      logs: [{ key: this.log.key, url: URL }],
      witnesses: this.witnesses.map(member),
      guardians: this.guardians.map(member),
    }
    this.country = new Country({
      guardedPolicy: policyText(policy, true),
      plainPolicy: policyText(policy, false),
      ...changes,
    })
    this.trust = trustOf(this.country.root, { es256: verify, ed25519: verifyEd25519 })
  }

  /** The `.tlog-proof` of a leaf in the log as it is now. */
  prove(index: number, how: Proving = {}): string {
    const { witnesses = this.witnesses, guardians = this.guardians, log = this.log } = how
    const leaves = this.country.entries.map((entry) => leafHash(entry))
    const at = how.index ?? index
    const root = rootOf(leaves)
    const text = formatCheckpoint({ origin: log.key.name, size: leaves.length, root })
    const timeSeconds = how.time ?? T0 + 20
    const lines = [...witnesses, ...guardians].map(({ key, sign }) =>
      cosign({ key, text, timeSeconds, sign }),
    )
    const signatures = [signText(text, log.key, log.sign), ...lines]
    const checkpoint = formatNote({ text, signatures })
    return formatProof({ extra: null, index: at, hashes: pathTo(leaves, at), checkpoint })
  }

  /** What a phone is sent for a logged order. */
  bundle(order: Order, index: number, how: Proving = {}, ids: DeviceIds = DEVICE): Bundle {
    return {
      entry: this.country.entries[index]!,
      certificates: [...this.country.certificates()].map((cose) => encodeDocument(cose)),
      proof: this.prove(index, how),
      opening: encodeOpening({ oid: order.oid, salt: SALT, ids }),
      roots: [],
      earlier: [],
    }
  }

  /** Logs an order and bundles it. */
  say(order: Order, t: number, how: Proving = {}): Uint8Array {
    const cose = signOrder(order, this.country.signers(order.act))
    const { index } = this.country.log('order', cose, t)
    return encodeBundle(this.bundle(order, index, how))
  }
}

/** RFC 6962 §2.1.1 word for word, as an oracle beside the log's own. */
function pathTo(leaves: readonly Uint8Array[], at: number): Uint8Array[] {
  if (leaves.length === 1) return []
  const split = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  if (at < split) return [...pathTo(left, at), rootOf(right)]
  return [...pathTo(right, at - split), rootOf(left)]
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  const split = splitOf(leaves.length)
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
