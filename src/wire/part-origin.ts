import {
  Refusal,
  SPARE_TYPE,
  checkMade,
  demand,
  equal,
  madeBinding,
  parseDocument,
  parseMadeDevice,
  parseOrigin,
  parseSpare,
  parseStatement,
  thumbprint,
  verifySlot,
  type CoseSign,
  type PartOrigin,
  type PartType,
  type PublicKey,
  type Tac,
  type Tenure,
  type VerifyEs256,
} from '../core/index.ts'
import { leafHash, verifyInclusion } from '../log/index.ts'

/** A maker whose certificate counts, to whoever asks: a registry by its log, a phone by what it carries. */
export interface KnownMaker {
  readonly key: PublicKey
  /** Models it may speak for. */
  readonly tacs: readonly Tac[] | null
}

/** Whose key this id points to, if it is a maker's. Void keys too: that they are void is judged apart. */
export type Makers = (kid: Uint8Array) => KnownMaker | null

/** What a maker has signed of a part. */
export interface KnownOrigin {
  readonly type: PartType
  /** The phone it was built into; null for a spare. */
  readonly tenure: Tenure | null
  /** Points to the key that vouches for it. */
  readonly maker: Uint8Array
}

/**
 * Where a part comes from, verified: the maker's signature, and that it is about this very key.
 * @throws {Refusal} part-unknown: nothing of it holds
 */
export function readOrigin(
  bytes: Uint8Array,
  part: PublicKey,
  makers: Makers,
  verify: VerifyEs256,
): KnownOrigin {
  try {
    const origin = parseOrigin(bytes)
    return origin.kind === 'spare'
      ? readSpare(origin.certificate, part, makers, verify)
      : readMade(origin, part, makers, verify)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('part-unknown', `no maker vouches for the part: ${error.code}`)
  }
}

function readSpare(
  certificate: Uint8Array,
  part: PublicKey,
  makers: Makers,
  verify: VerifyEs256,
): KnownOrigin {
  const cose = parseDocument(certificate, SPARE_TYPE)
  const { kid } = signedByMaker(cose, makers, verify)
  const { type, key } = parseSpare(cose.payload)
  demand(equal(thumbprint(key), thumbprint(part)), 'part-unknown', 'about another part')
  return { type, tenure: null, maker: kid }
}

function readMade(
  origin: Extract<PartOrigin, { kind: 'made' }>,
  part: PublicKey,
  makers: Makers,
  verify: VerifyEs256,
): KnownOrigin {
  const cose = parseDocument(origin.statement, 'application/stolen-batch+cbor')
  const { kid, maker } = signedByMaker(cose, makers, verify)
  const statement = parseStatement(cose.payload)
  const made = parseMadeDevice(origin.record)
  checkMade(made, statement, maker.tacs)
  verifyInclusion({
    index: origin.index,
    size: statement.count,
    leaf: leafHash(origin.record),
    proof: origin.path,
    root: statement.root,
  })
  const own = made.parts.find(([, print]) => equal(print, thumbprint(part)))
  demand(own !== undefined, 'part-unknown', 'not a part of the phone it names')
  const tenure = { host: made.dak, binding: madeBinding(origin.record) }
  return { type: own[0], tenure, maker: kid }
}

function signedByMaker(cose: CoseSign, makers: Makers, verify: VerifyEs256) {
  const [slot, ...more] = cose.slots
  demand(slot !== undefined && more.length === 0, 'signer-set', 'a maker signs alone')
  const maker = makers(slot.kid)
  demand(maker !== null, 'chain', 'not a key of a maker known here')
  verifySlot(cose, slot, maker.key, { verify })
  return { kid: slot.kid, maker }
}
